"""The functions that recorded cases call, as workflows.

A Response node answers an object of named parameters. Where the recorded function answers a bare
value, ours answers it as the parameter `value`.
"""

from collections.abc import Iterator
from typing import Any

from tests.runtime.workflow.graphs import Document, component, document, node, script

SCRIPTS = {
    "constant": 'Outputs.value = "hello"',
    "sum": "Outputs.value = Inputs.numbers.reduce((sum, number) => sum + number, 0)",
    "when": 'Outputs.value = new Date("2020-01-02T03:04:05.678Z")',
    "readBack": (
        "const record = await Noodl.Records.fetch(Inputs.id, { className: Inputs.className });"
        " Outputs.value = record.n"
    ),
    "whoami": "const user = Noodl.Users.Current; Outputs.value = user ? user.UserId : null",
}
PARAMETERS = {"sum": ["numbers"], "readBack": ["id", "className"]}


def fixture_document() -> dict[str, Any]:
    """Return the workflow file with all of them."""
    return document(_echo("a", "b", "c", "d"), _nothing(), _failing(), *_scripted())


def _echo(*parameters: str) -> Document:
    wires = [f"q.pm-{name} -> r.pm-{name}" for name in parameters]
    return component("echo", [*_ends()], ", ".join([*wires, "q.receive -> r.send"]))


def _nothing() -> Document:
    return component("nothing", [*_ends()], "q.receive -> r.send")


def _failing() -> Document:
    request, _ = _ends()
    response = node("r", "Response", status="failure", errorMessage="deliberate failure")
    return component("failText", [request, response], "q.receive -> r.send")


def _scripted() -> Iterator[Document]:
    for name, text in SCRIPTS.items():
        request, response = _ends()
        nodes = [request, script("f", f"{text}; Outputs.Done()", "Done"), response]
        inputs = [f"q.pm-{given} -> f.in-{given}" for given in PARAMETERS.get(name, ())]
        wires = [*inputs, "q.receive -> f.run", "f.out-value -> r.pm-value", "f.out-Done -> r.send"]
        yield component(name, nodes, ", ".join(wires))


def _ends() -> tuple[Document, Document]:
    return node("q", "Request"), node("r", "Response")
