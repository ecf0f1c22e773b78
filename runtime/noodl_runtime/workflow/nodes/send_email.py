"""Send Email: a mail with a text of its own, or one of the backend's mails with a link.

Variables {"name": "Ann"} stand in Subject, Text and HTML as {{name}}.
"""

import html
import re

from noodl_runtime.workflow.asks import SendMail
from noodl_runtime.workflow.js.values import UNDEFINED
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.outcomes import Question, action_type, done, given, given_text, required
from noodl_runtime.workflow.records import owner_values

_PLACEHOLDER = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")


def _send(node: Node) -> Question:
    text = {name: given_text(node, name) for name in ("subject", "text", "html")}
    variables = _variables(node)
    safe = {name: html.escape(value) for name, value in variables.items()}
    ask = SendMail(
        to=required(node, "to", 'Send Email: "To" is required.'),
        template=given_text(node, "template") or "none",
        subject=_filled(text["subject"], variables),
        text=_filled(text["text"], variables),
        html=_filled(text["html"], safe),
    )
    return Question(ask, lambda _answer: done())


def _variables(node: Node) -> dict[str, str]:
    world = node.run.world
    values = owner_values(world.copy(given(node, "variables")))
    return {name: world.text(value) for name, value in values.items()}


def _filled(text: str, variables: dict[str, str]) -> str:
    """Return a text with its placeholders filled; one without a variable stays as it is."""
    return _PLACEHOLDER.sub(lambda found: variables.get(found[1], found[0]), text)


NODE = action_type(
    "noodl.cloud.sendemail",
    _send,
    start="send",
    inputs={
        "to": UNDEFINED,
        "template": "none",
        "variables": UNDEFINED,
        "subject": UNDEFINED,
        "text": UNDEFINED,
        "html": UNDEFINED,
    },
)
