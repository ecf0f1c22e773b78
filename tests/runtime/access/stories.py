"""Stories: requests and what is answered, a line each, told by ann, bob and others.

    - POST /users {"username": "ann", "password": "pw"}  -> 201 {"objectId": "$id:ann", ...}
    ann GET /users/me                                    -> 200 {"username": "ann", ...}
    - PUT /users/$id:ann {"phone": "2"}                  -> 400 206 Cannot modify user

First who asks: "-" nobody, "M" the master key, "R" the read-only key, otherwise whose session:
ann sends the token that was bound to $token:ann. After the arrow the status, then a body as
tests/conformance compares it ("..." for further members), or the code and a part of the text.
"{...}" in a path is percent-encoded.
"""

import json
import re
from typing import Any
from urllib.parse import quote

from tests.conformance.comparing import Bound, Different, compare, filled
from tests.runtime.http.clients import Answer, Send

HEADERS = {"X-Parse-Application-Id": "shop-app"}
KEYS = {"M": "master-key", "R": "read-only-key"}
SIGN_UP = '- POST /users {{"username": "{0}", "password": "pw-{0}"}} -> 201 {{"objectId": "$id:{0}", "createdAt": "$date", "sessionToken": "$token:{0}"}}'

_LINE = re.compile(r"(\S+) (GET|POST|PUT|DELETE) (\S+)(?: (.*?))? +-> (\d+)(?: (.*))?")


class Story:
    """Tells stories to a server; what one line binds is known to all later ones."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.bound: Bound = {}

    def people(self, *names: str) -> None:
        """Sign up people who are known by their names from then on; passwords are pw-<name>."""
        for name in names:
            self.tell(SIGN_UP.format(name))

    def tell(self, text: str) -> Answer:
        """Run each line and check its answer; return the last one. raises: Different."""
        lines = [line.strip() for line in text.splitlines()]
        answers = [self._line(line) for line in lines if line and not line.startswith("#")]
        return answers[-1]

    def ask(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send one request and return the answer, whatever it is. headers: installation_id=..."""
        named = {f"X-Parse-{name.replace('_', '-')}": value for name, value in headers.items()}
        return self._send(
            method,
            _encoded(filled(path, self.bound)),
            filled(body, self.bound),
            {**HEADERS, **self._credentials(who), **named},
        )

    def _line(self, line: str) -> Answer:
        match = _LINE.fullmatch(line)
        assert match, f"not a line of a story: {line}"
        who, method, path, body, status, expected = match.groups()
        answer = self.ask(who, method, path, json.loads(body) if body else None)
        try:
            compare(int(status), answer.status, self.bound, "status")
            self._check(expected, answer)
        except Different as different:
            raise Different(
                f"{line}\n{different}\nanswered {answer.status} {answer.body}"
            ) from None
        return answer

    def _check(self, expected: str | None, answer: Answer) -> None:
        if expected is None:
            return
        if expected[0] in "{[":
            compare(_members(expected), answer.body, self.bound)
            return
        code, _, text = expected.partition(" ")
        compare(int(code), answer.body.get("code"), self.bound, "code")
        if text not in answer.body["error"]:
            raise Different(f"expected {text!r} in the error")

    def _credentials(self, who: str) -> dict[str, str]:
        if who == "-":
            return {}
        if who in KEYS:
            return {"X-Parse-Master-Key": KEYS[who]}
        return {"X-Parse-Session-Token": self.bound.get(f"$token:{who}", who)}


def _members(text: str) -> Any:
    """Read a body; an object that ends with "..." may have further members."""
    open_ended = re.sub(r", \.\.\.\}", ', "...": 0}', text.replace("{...}", '{"...": 0}'))
    return json.loads(open_ended, object_hook=_has)


def _has(members: dict[str, Any]) -> dict[str, Any]:
    if "..." not in members:
        return members
    return {"$has": {name: value for name, value in members.items() if name != "..."}}


def _encoded(path: str) -> str:
    return re.sub(r"(?<==)([\[{].*?[\]}])(?=$|&[\w$]+=)", lambda match: quote(match[1]), path)
