"""A way to call one small graph: in functions without records."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from noodl_runtime.functions import FunctionRequest, Functions
from noodl_runtime.settings import Settings
from tests.runtime.workflow.graphs import component, document
from tests.runtime.workflow.wire_store import NoSchema, WireAnswers

Call = Callable[..., tuple[int, Any]]


@pytest.fixture
def call() -> Call:
    """Return call(nodes, connections, *helpers, body=..., rules=..., timeout=...) -> status, body.

    outbound=True: HTTP requests leave the process, in place of the scripted answers
    """

    def run(
        nodes: list[Any],
        connections: str,
        *helpers: Any,
        body: Any = None,
        rules: Any = (),
        timeout: float = 5,
        **more: Any,
    ) -> tuple[int, Any]:
        answers = WireAnswers(list(rules), more.pop("config", {}))
        real = {} if more.pop("outbound", False) else {"make_answers": lambda *_: answers}
        settings = Settings(function_timeout=timeout, **more)
        functions = Functions(settings, NoSchema(), **real)  # type: ignore[arg-type]
        functions.load([("f", document(component("F", nodes, connections), *helpers))])
        request = FunctionRequest(body=json.dumps({} if body is None else body).encode())
        answer = functions.call("F", request)
        return answer.status, json.loads(answer.body)

    return run
