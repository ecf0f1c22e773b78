"""Add User To Role: puts a user into a role, which is made if wanted."""

from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.js.values import UNDEFINED
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
from noodl_runtime.workflow.people import user_id_of
from noodl_runtime.workflow.people_asks import ChangeMembership, Membership


def _add(node: Node) -> Question:
    role = required(node, "role", "Add User To Role: a Role is required.")
    user_id = user_id_of(node, "Add User To Role")
    create = truthy(given(node, "createRole"))

    def read(found: Membership) -> Ended:
        end = done if found.changed else unchanged
        return end(roles=node.run.world.build(list(found.roles)), roleCreated=found.role_created)

    return Question(ChangeMembership(role=role, user_id=user_id, action="add", create=create), read)


NODE = action_type(
    "noodl.cloud.addusertorole",
    _add,
    start="add",
    inputs={"role": UNDEFINED, "userId": UNDEFINED, "createRole": False},
    outputs=("roles", "roleCreated"),
    outcomes=("done", "completed", "unchanged", "failure"),
)
