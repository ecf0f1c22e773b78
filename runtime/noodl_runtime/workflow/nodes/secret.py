"""Secret: a text that only functions may know."""

from noodl_runtime.workflow.asks import ReadSecret
from noodl_runtime.workflow.js.values import UNDEFINED
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.outcomes import Ended, Question, action_type, done, failure, required


def _fetch(node: Node) -> Question:
    name = required(node, "name", "Secret: a Name is required.")

    def read(secret: str | None) -> Ended:
        return failure(f"there is no secret {name!r}") if secret is None else done(value=secret)

    return Question(ReadSecret(name=name), read)


NODE = action_type(
    "noodl.cloud.secret", _fetch, start="fetch", inputs={"name": UNDEFINED}, outputs=("value",)
)
