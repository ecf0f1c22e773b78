"""List Users In Role: the users who are in a role, page by page."""

from typing import TYPE_CHECKING

from noodl_runtime.workflow.js.values import UNDEFINED, ScriptError
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.outcomes import (
    Ended,
    Question,
    action_type,
    done,
    given,
    required,
    unchanged,
)
from noodl_runtime.workflow.people_asks import UsersInRole
from noodl_runtime.workflow.reading import read_all

if TYPE_CHECKING:
    from noodl_runtime.store.contract import Found

MOST = 1000


def _list(node: Node) -> Question:
    role = required(node, "role", "List Users In Role: a Role is required.")
    limit, skip = _whole(node, "limit"), _whole(node, "skip")

    def read(found: "Found") -> Ended:
        return (done if found.records else unchanged)(
            users=read_all(node.run, found.records, "_User"),
            userIds=node.run.world.build([user["objectId"] for user in found.records]),
            total=found.count,
        )

    return Question(UsersInRole(role=role, limit=min(limit, MOST), skip=skip), read)


def _whole(node: Node, port: str) -> int:
    number = node.run.world.number(given(node, port))
    if not 0 <= number < 2**31:
        raise ScriptError(f"{port} must be a number from 0 on")
    return int(number)


NODE = action_type(
    "noodl.cloud.listusersinrole",
    _list,
    start="read",
    inputs={"role": UNDEFINED, "limit": 100, "skip": 0},
    outputs=("users", "userIds", "total"),
    outcomes=("done", "completed", "unchanged", "failure"),
)
