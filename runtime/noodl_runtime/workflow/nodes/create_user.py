"""Create User: makes a user, unless the name is taken."""

from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.js.values import UNDEFINED
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.outcomes import (
    Ended,
    Question,
    action_type,
    done,
    given,
    given_text,
    required,
    unchanged,
)
from noodl_runtime.workflow.people import properties_of
from noodl_runtime.workflow.people_asks import CreateUser, MadeUser


def _create(node: Node) -> Question:
    values = {
        **properties_of(node),
        "username": required(node, "username", "Create User: a Username is required."),
        "password": required(node, "password", "Create User: a Password is required."),
    }
    if email := given_text(node, "email"):
        values["email"] = email
    if given(node, "emailVerified") is not UNDEFINED:
        values["emailVerified"] = truthy(given(node, "emailVerified"))
    return Question(CreateUser(values=values), _read)


def _read(user: MadeUser) -> Ended:
    return (done if user.made else unchanged)(userId=user.user_id)


NODE = action_type(
    "noodl.cloud.createuser",
    _create,
    start="create",
    inputs=dict.fromkeys(
        ("username", "email", "password", "emailVerified", "properties"), UNDEFINED
    ),
    outputs=("userId",),
    outcomes=("done", "completed", "unchanged", "failure"),
    prefixes=("prop-",),
)
