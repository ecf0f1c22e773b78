"""Delete User: removes a user and ends their sessions."""

from noodl_runtime.workflow.js.values import UNDEFINED
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.outcomes import Ended, Question, action_type, done, unchanged
from noodl_runtime.workflow.people import user_id_of
from noodl_runtime.workflow.people_asks import DeleteUser


def _delete(node: Node) -> Question:
    return Question(DeleteUser(user_id=user_id_of(node, "Delete User")), _read)


def _read(ended: int | None) -> Ended:
    return unchanged(sessionsRevoked=0) if ended is None else done(sessionsRevoked=ended)


NODE = action_type(
    "noodl.cloud.deleteuser",
    _delete,
    start="remove",
    inputs={"userId": UNDEFINED},
    outputs=("sessionsRevoked",),
    outcomes=("done", "completed", "unchanged", "failure"),
)
