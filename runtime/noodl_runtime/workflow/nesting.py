"""What contains what: cycles are refused, and needs are handed up from the nodes inside."""

from collections.abc import Iterator, Mapping

from noodl_runtime.workflow.graph import Component, Problem

MAX_DEPTH = 100


def settle_nesting(components: dict[str, Component], problems: list[Problem]) -> None:
    """Remove components that contain themselves or nest too deep; work out who needs what."""
    for name in [name for name in components if _cycle(components[name])]:
        cycle = _cycle(components[name])
        problems.append(_refused(components[name], f"contains itself: {' -> '.join(cycle)}"))
    refused = {name for name in components if _cycle(components[name])}
    refused |= {name for name in components if name not in refused and _too_deep(components[name])}
    for name in refused:
        if not _cycle(components[name]):
            message = f"nests components more than {MAX_DEPTH} deep"
            problems.append(_refused(components[name], message))
    for name in refused:
        del components[name]
    for component in components.values():
        reach = _reachable(component, components)
        component.needs_script = any(_needs_script(inner) for inner in reach)
        component.scripts = tuple(dict.fromkeys(t for inner in reach for t in _scripts(inner)))
        component.needs_config = any(
            node.type.needs_config for inner in reach for node in inner.nodes
        )


def _refused(component: Component, message: str) -> Problem:
    return Problem(component.file, component.name, "", f"{message}; it is not loaded", fatal=True)


def _inner(component: Component) -> Iterator[Component]:
    for node in component.nodes:
        if node.component is not None:
            yield node.component


def _cycle(component: Component) -> list[str]:
    """Return the way from a component back into itself, [] if there is none."""
    seen: set[str] = set()
    pending = [(component, [component.name])]
    while pending:
        at, path = pending.pop()
        for inner in _inner(at):
            if inner is component:
                return [*path, component.name]
            if inner.name not in seen:
                seen.add(inner.name)
                pending.append((inner, [*path, inner.name]))
    return []


def _too_deep(component: Component) -> bool:
    """Tell whether instances nest more than MAX_DEPTH; a component that meets a cycle does."""
    level, depth = {component.name: component}, 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            return True
        level = {inner.name: inner for at in level.values() for inner in _inner(at)}
    return False


def _reachable(component: Component, components: Mapping[str, Component]) -> list[Component]:
    """Return a component and all it may make instances of while it runs."""
    found = {component.name: component}
    pending = [component]
    while pending:
        at = pending.pop()
        for inner in (*_inner(at), *_templates(at, components)):
            if inner.name not in found:
                found[inner.name] = inner
                pending.append(inner)
    return list(found.values())


def _templates(component: Component, components: Mapping[str, Component]) -> Iterator[Component]:
    for node in component.nodes:
        if node.type.name != "RunTasks":
            continue
        if "taskTemplate" in node.sources:  # a wire may bring any name
            yield from components.values()
        template = components.get(str(node.parameters.get("taskTemplate", "")))
        if template is not None:
            yield template


def _scripts(component: Component) -> Iterator[str]:
    for node in component.nodes:
        text = node.parameters.get("functionScript")
        if isinstance(text, str):
            yield text


def _needs_script(component: Component) -> bool:
    return any(node.type.needs_script(node) for node in component.nodes)
