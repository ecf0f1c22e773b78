"""Random Bytes: bytes nobody can guess, as text."""

from noodl_runtime.workflow.encodings import encoded
from noodl_runtime.workflow.js.values import ScriptError
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.outcomes import Ended, action_type, done, given, given_text

MOST = 4096


def _generate(node: Node) -> Ended:
    length = node.run.world.number(given(node, "length"))
    if not 1 <= length <= MOST or length != int(length):
        raise ScriptError(f"Random Bytes: Length must be a whole number from 1 to {MOST}.")
    data = node.run.around.random(int(length))
    return done(value=encoded(data, given_text(node, "encoding")))


NODE = action_type(
    "net.noodl.RandomBytes",
    _generate,
    start="generate",
    inputs={"length": 32, "encoding": "hex"},
    outputs=("value",),
)
