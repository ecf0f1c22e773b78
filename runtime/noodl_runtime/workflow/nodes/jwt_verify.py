"""JWT Verify: the claims of a token, if it is right and in time."""

from noodl_runtime.workflow.js.values import UNDEFINED, ScriptError
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.outcomes import (
    Ended,
    action_type,
    done,
    failure,
    given,
    given_text,
    required,
)
from noodl_runtime.workflow.tokens import verified

NO_KEY = "JWT Verify: a Key is required. Wire one from a Secret node."


def _verify(node: Node) -> Ended:
    world = node.run.world
    tolerance = world.number(given(node, "clockTolerance"))
    try:
        claims = verified(
            required(node, "token", "JWT Verify: a Token is required."),
            required(node, "key", NO_KEY),
            given_text(node, "algorithm"),
            now=node.run.around.now() / 1000,
            tolerance=tolerance if tolerance > 0 else 0,
        )
    except (ScriptError, ValueError) as error:
        return failure(str(error), valid=False)
    return done(valid=True, claims=world.build(claims))


NODE = action_type(
    "noodl.cloud.jwtverify",
    _verify,
    start="verify",
    inputs={"token": UNDEFINED, "key": UNDEFINED, "algorithm": "HS256", "clockTolerance": 0},
    outputs=("valid", "claims"),
)
