"""Hash: the digest of a value."""

from noodl_runtime.workflow.encodings import encoded, hash_named
from noodl_runtime.workflow.js.values import UNDEFINED
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.outcomes import Ended, action_type, content, done, given_text


def _hash(node: Node) -> Ended:
    digest = hash_named(given_text(node, "algorithm"))(content(node, "value")).digest()
    return done(digest=encoded(digest, given_text(node, "encoding")))


NODE = action_type(
    "net.noodl.Hash",
    _hash,
    start="hash",
    inputs={"value": UNDEFINED, "algorithm": "SHA-256", "encoding": "hex"},
    outputs=("digest",),
)
