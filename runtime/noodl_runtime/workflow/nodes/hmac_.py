"""HMAC: the signature of a value with a key."""

import hmac

from noodl_runtime.workflow.encodings import encoded, hash_named
from noodl_runtime.workflow.js.values import UNDEFINED
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.outcomes import (
    Ended,
    action_type,
    content,
    done,
    given_text,
    required,
)

NO_KEY = "HMAC: a Key is required. Wire one from a Secret node."


def _sign(node: Node) -> Ended:
    key = required(node, "key", NO_KEY).encode("utf-8", "surrogatepass")
    algorithm = hash_named(given_text(node, "algorithm"))
    signature = hmac.digest(key, content(node, "value"), algorithm().name)
    return done(signature=encoded(signature, given_text(node, "encoding")))


NODE = action_type(
    "noodl.cloud.hmac",
    _sign,
    start="sign",
    inputs={"value": UNDEFINED, "key": UNDEFINED, "algorithm": "SHA-256", "encoding": "hex"},
    outputs=("signature",),
)
