"""JWT Sign: a token of some claims."""

from collections.abc import Mapping

from noodl_runtime.workflow.js.text import jsonable
from noodl_runtime.workflow.js.values import UNDEFINED, ScriptError
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.outcomes import Ended, action_type, done, given, given_text, required
from noodl_runtime.workflow.records import owner_values
from noodl_runtime.workflow.tokens import sign

NO_KEY = "JWT Sign: a Key is required. Wire one from a Secret node."


def _sign(node: Node) -> Ended:
    key = required(node, "key", NO_KEY)
    world = node.run.world
    claims = jsonable(owner_values(world.copy(given(node, "claims"))))
    if given(node, "claims") is not UNDEFINED and not _is_object(node):
        raise ScriptError("JWT Sign: Claims must be an object.")
    issued = int(node.run.around.now() // 1000)
    claims["iat"] = issued
    lasts = world.number(given(node, "expiresIn"))
    if lasts > 0:
        claims["exp"] = issued + int(lasts)
    return done(token=sign(claims, key, given_text(node, "algorithm")))


def _is_object(node: Node) -> bool:
    claims = given(node, "claims")
    return isinstance(claims, Mapping) or node.run.world.kind(claims) in ("plain", "object")


NODE = action_type(
    "noodl.cloud.jwtsign",
    _sign,
    start="sign",
    inputs={"claims": UNDEFINED, "key": UNDEFINED, "algorithm": "HS256", "expiresIn": UNDEFINED},
    outputs=("token",),
)
