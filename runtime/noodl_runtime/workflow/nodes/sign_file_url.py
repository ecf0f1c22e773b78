"""Sign File URL: an address of a stored file that works without a session, for a time."""

from dataclasses import field

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import PortableError
from noodl_runtime.workflow.asks import SignedFile, SignFile
from noodl_runtime.workflow.js.values import UNDEFINED, CloudFile, Moment, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, nothing, once, show, shown, value
from noodl_runtime.workflow.run import describe

BAD_FILE = 400  # what errorStatus shows where the input is no file


@dataclass(slots=True)
class _State:
    file: Value = UNDEFINED
    outputs: dict[str, Value] = field(default_factory=dict)


def _sign(node: Node) -> None:
    name = _name(node)
    if not name:
        _fail(node, "Sign File URL: a File is required.", BAD_FILE)
        return

    def answered(found: SignedFile) -> None:
        if node.deleted:
            return
        values: dict[str, Value] = {"url": found.url}
        if found.ends is not None:  # the address of a public file never ends
            ms = found.ends * 1000
            values["expiresAt"] = node.run.world.build(Moment(ms))
            values["ttlSeconds"] = max(round((ms - node.run.around.now()) / 1000), 0)
        show(node, values)
        node.signal("success")

    node.ask(SignFile(name=name), answered, lambda error: _refused(node, error))


def _name(node: Node) -> str:
    """Return the stored name of the file; a text is taken for one."""
    given, world = node.state.file, node.run.world
    if isinstance(given, str):
        return given
    file = world.copy(given) if world.kind(given) == "file" else None
    return file.name if isinstance(file, CloudFile) else ""


def _refused(node: Node, error: Exception) -> None:
    status = error.status if isinstance(error, PortableError) else PortableError.status
    _fail(node, describe(error), status)


def _fail(node: Node, error: str, status: int) -> None:
    if not node.deleted:
        show(node, {"error": error, "errorStatus": status})
        node.signal("failure")


def _set_file(node: Node, file: Value) -> None:
    node.state.file = file


NODE = NodeType(
    name="Sign File URL",
    inputs={"file": value(_set_file), "sign": once(_sign)},
    outputs={
        "url": shown("url"),
        "expiresAt": shown("expiresAt"),
        "ttlSeconds": shown("ttlSeconds"),
        "success": nothing,
        "failure": nothing,
        "error": shown("error"),
        "errorStatus": shown("errorStatus"),
    },
    state=_State,
)
