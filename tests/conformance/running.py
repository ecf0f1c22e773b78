"""Run one recorded case: its steps in order, against one backend."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from tests.conformance.comparing import Bound, Different, compare, filled
from tests.runtime.http.clients import Answer, Send

HERE = Path(__file__).resolve().parent
APP_ID, MASTER_KEY, MOUNT = "conf-app", "conf-master", "/parse"


def case_folder() -> Path:
    """Return the folder of the recorded cases: beside the checkout if there, else our copy."""
    beside = HERE.parents[2] / "shared" / "conformance" / "parse-rest"
    return beside if beside.is_dir() else HERE / "parse-rest"


def cases() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (area, case) for every recorded case."""
    for path in sorted(case_folder().glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        yield from ((document["area"], case) for case in document["cases"])


def run(case: dict[str, Any], send: Send) -> None:
    """Run the steps of a case. raises: Different."""
    bound: Bound = {}
    for number, step in enumerate(case["steps"]):
        answer = _send(step, send, bound)
        if step["path"].startswith("/files") and answer.status == 201:
            bound |= {"$file:f": answer.body["url"], "$filename:f": answer.body["name"]}
        try:
            _check(step, answer, bound)
        except Different as difference:
            raise Different(
                f"{case['id']} ({case['title']}), step {number}: {step['method']} {step['path']}: "
                f"{difference}; answered {answer.status} {answer.body!r}"
            ) from None


def _send(step: dict[str, Any], send: Send, bound: Bound) -> Answer:
    given = filled(step.get("query", {}), bound)
    query = "&".join(f"{quote(name)}={quote(_text(value))}" for name, value in given.items())
    headers = {"X-Parse-Application-Id": APP_ID, **step.get("headers", {})}
    headers = {
        name: MASTER_KEY if value == "$master" else filled(value, bound)
        for name, value in headers.items()
        if value is not None
    }
    body = filled(step["body"], bound) if "body" in step else step.get("body_text")
    path = filled(step["path"], bound)
    if not path.startswith("/"):  # the whole URL of an uploaded file
        path = urlsplit(path).path.removeprefix(MOUNT)
    path = MOUNT + path + (f"?{query}" if query else "")
    return send(step["method"], path, body.encode() if isinstance(body, str) else body, headers)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _check(step: dict[str, Any], answer: Answer, bound: Bound) -> None:
    differences = []
    for expected in (step["expect"], *step.get("expect_alt", ())):
        trial = dict(bound)
        try:
            _check_one(expected, answer, trial)
        except Different as difference:
            differences.append(str(difference))
            continue
        bound.update(trial)
        return
    raise Different(" or ".join(differences))


def _check_one(expected: dict[str, Any], answer: Answer, bound: Bound) -> None:
    status = expected["status"]
    if status == "$error":
        if not 400 <= answer.status < 500:
            raise Different(f"expected a refusal, got {answer.status}")
    else:
        compare(status, answer.status, bound, "status")
    if "body" in expected:
        compare(expected["body"], answer.body, bound)
    if "text" in expected:
        compare(expected["text"], answer.body.decode(), bound)
