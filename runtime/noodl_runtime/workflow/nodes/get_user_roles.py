"""Get User Roles: the names of the roles a user is in."""

from noodl_runtime.workflow.js.values import UNDEFINED
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.outcomes import Ended, Question, action_type, done, unchanged
from noodl_runtime.workflow.people import user_id_of
from noodl_runtime.workflow.people_asks import RolesOf


def _read(node: Node) -> Question:
    def read(names: tuple[str, ...]) -> Ended:
        return (done if names else unchanged)(roles=node.run.world.build(list(names)))

    return Question(RolesOf(user_id=user_id_of(node, "Get User Roles")), read)


NODE = action_type(
    "noodl.cloud.getuserroles",
    _read,
    start="read",
    inputs={"userId": UNDEFINED},
    outputs=("roles",),
    outcomes=("done", "completed", "unchanged", "failure"),
)
