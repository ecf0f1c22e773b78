"""Update User: changes properties and password of a user."""

from noodl_runtime.workflow.js.values import UNDEFINED
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.outcomes import Question, action_type, done, given_text
from noodl_runtime.workflow.people import properties_of, user_id_of
from noodl_runtime.workflow.people_asks import UpdateUser


def _update(node: Node) -> Question:
    user_id = user_id_of(node, "Update User")
    values = properties_of(node)
    if password := given_text(node, "password"):
        values["password"] = password
    ask = UpdateUser(user_id=user_id, values=values)
    return Question(ask, lambda ended: done(sessionsRevoked=ended))


NODE = action_type(
    "noodl.cloud.updateuser",
    _update,
    start="store",
    inputs=dict.fromkeys(("userId", "password", "properties"), UNDEFINED),
    outputs=("sessionsRevoked",),
    prefixes=("prop-",),
)
