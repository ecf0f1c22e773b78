"""Rules about what starts, what answers, and what is reached."""

from collections.abc import Iterator

from noodl_runtime.workflow.cron import cron_error
from noodl_runtime.workflow.graph import Component
from noodl_runtime.workflow.lint.finding import Hit, Subject, parameters_of

REQUESTS = ("noodl.cloud.request", "noodl.local.request")
RESPONSE = "noodl.cloud.response"
# types that work, or that others reach by an id, without any connection
_ALONE = frozenset(
    {
        "JavaScriptFunction",
        "Javascript2",
        "DbCollection2",
        "DbModel2",
        "Model2",
        "Variable2",
        "Collection2",
        "net.noodl.ComponentObject",
        "net.noodl.user.User",
        "noodl.cloud.aggregate",
        "REST2",
        "On App Error",
    }
)


def missing_response(subject: Subject) -> Iterator[Hit]:
    """Find a function that can never answer: no Response in it or in what it uses."""
    request = subject.component.first(REQUESTS[0])
    if request is not None and not _answers(subject.component):
        yield Hit(request.id, "no Response node is in this function or in what it uses")


def _answers(component: Component) -> bool:
    seen = {component.name}
    pending = [component]
    while pending:
        at = pending.pop()
        if at.first(RESPONSE) is not None:
            return True
        inner = [node.component for node in at.nodes if node.component is not None]
        pending += [one for one in inner if one.name not in seen]
        seen |= {one.name for one in inner}
    return False


def unreachable(subject: Subject) -> Iterator[Hit]:
    """Find nodes that no Request, trigger or input of the component is connected with."""
    neighbours: dict[str, set[str]] = {node_id: set() for node_id in subject.nodes}
    for connection in subject.connections:
        ends = (connection["sourceId"], connection["targetId"])
        if ends[0] in neighbours and ends[1] in neighbours:
            neighbours[ends[0]].add(ends[1])
            neighbours[ends[1]].add(ends[0])
    reached = {node_id for node_id in neighbours if _starts(subject, node_id)}
    pending = list(reached)
    while pending:
        fresh = neighbours[pending.pop()] - reached
        reached |= fresh
        pending += fresh
    for node in subject.component.nodes:  # those that were loaded; others have a finding already
        if node.id not in reached:
            yield Hit(node.id, "nothing that starts is connected with this node")


def _starts(subject: Subject, node_id: str) -> bool:
    kind = str(subject.nodes[node_id].get("type"))
    return (
        kind in REQUESTS or kind in _ALONE or kind.startswith(("noodl.trigger.", "Component ", "/"))
    )


def missing_template(subject: Subject) -> Iterator[Hit]:
    """Find Run Tasks nodes that name a component nobody has."""
    for node_id, node in subject.nodes.items():
        template = parameters_of(node).get("taskTemplate")
        if node.get("type") != "RunTasks" or not isinstance(template, str) or not template:
            continue
        if template not in subject.graph.components:
            yield Hit(node_id, f"there is no component {template!r} to run for each item")


def wrong_cron(subject: Subject) -> Iterator[Hit]:
    """Find schedules that can never fire, or not as they are written."""
    for node_id, node in subject.nodes.items():
        if node.get("type") != "noodl.trigger.schedule":
            continue
        given = parameters_of(node).get("cron", "0 * * * *")
        wrong = cron_error(given) if isinstance(given, str) else "it is no text"
        if wrong:
            yield Hit(node_id, f"the schedule {given!r} is wrong: {wrong}")


def open_to_anyone(subject: Subject) -> Iterator[Hit]:
    """Find functions that answer callers who are not logged in."""
    for node_id, node in subject.nodes.items():
        if node.get("type") in REQUESTS and parameters_of(node).get("allowNoAuth"):
            yield Hit(node_id, "anyone may call this function, logged in or not")
