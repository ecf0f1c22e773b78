"""Remove User From Role: takes a user out of a role."""

from noodl_runtime.workflow.js.values import UNDEFINED
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.outcomes import (
    Ended,
    Question,
    action_type,
    done,
    required,
    unchanged,
)
from noodl_runtime.workflow.people import user_id_of
from noodl_runtime.workflow.people_asks import ChangeMembership, Membership


def _remove(node: Node) -> Question:
    role = required(node, "role", "Remove User From Role: a Role is required.")
    user_id = user_id_of(node, "Remove User From Role")

    def read(found: Membership) -> Ended:
        end = done if found.changed else unchanged
        return end(roles=node.run.world.build(list(found.roles)))

    return Question(ChangeMembership(role=role, user_id=user_id, action="remove"), read)


NODE = action_type(
    "noodl.cloud.removeuserfromrole",
    _remove,
    start="remove",
    inputs={"role": UNDEFINED, "userId": UNDEFINED},
    outputs=("roles",),
    outcomes=("done", "completed", "unchanged", "failure"),
)
