"""Verify Session Token: whose session a token is of."""

from collections.abc import Mapping
from typing import Any

from noodl_runtime.errors import InvalidSession
from noodl_runtime.workflow.asks import SessionUser
from noodl_runtime.workflow.js.values import UNDEFINED
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.outcomes import (
    Ended,
    Question,
    action_type,
    done,
    failure,
    required,
    unchanged,
)


def _verify(node: Node) -> Question:
    token = required(node, "token", "Verify Session Token: a Token is required.")
    return Question(SessionUser(token=token), _read, _refused)


def _read(user: Mapping[str, Any]) -> Ended:
    return done(valid=True, userId=user["objectId"], username=user.get("username", UNDEFINED))


def _refused(error: Exception) -> Ended:
    if isinstance(error, InvalidSession):
        return unchanged(valid=False)
    return failure(str(error), valid=False)


NODE = action_type(
    "noodl.cloud.verifysessiontoken",
    _verify,
    start="verify",
    inputs={"token": UNDEFINED},
    outputs=("valid", "userId", "username"),
    outcomes=("done", "completed", "unchanged", "failure"),
)
