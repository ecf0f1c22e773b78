"""What is noted while a run goes on; made into what is kept only after it has answered."""

import json
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.runs.scrub import HIDDEN, body_of, clean, is_secret_name

LONGEST_LINE = 1000  # characters of a line of output or a value of a step
MOST_LINES = 200  # lines of output of one run


@dataclass(kw_only=True, slots=True)
class Recording:
    """One run as it is noted.

    trigger:    "call", "schedule", "dbChange" or "webhook"
    fired_by:   of a trigger's run, what set it off: {"trigger": id, "by": "schedule", ...}
    chain:      id that it shares with what brought it about, see Origin
    started:    UTC, ISO 8601
    request:    the body's text, or what a trigger brought along
    most_steps: steps that are noted, 0 for none
    """

    name: str
    trigger: str
    started: str
    request: Any
    chain: str = ""
    fired_by: Mapping[str, Any] = field(default_factory=dict)
    most_steps: int
    sampled: bool
    duration_ms: float = 0.0
    status: int = 0
    response: str = ""
    console: list[tuple[str, str, str]] = field(default_factory=list)  # level, node, message
    steps: list[tuple[str, str, str, str, Any]] = field(default_factory=list)

    def log(self, level: str, node: str, message: str) -> None:
        """Note a line of output."""
        if len(self.console) < MOST_LINES:
            self.console.append((level, node, message[:LONGEST_LINE]))

    def step(self, component: str, node: str, kind: str, port: str, value: Any) -> None:
        """Note that a value has reached an input."""
        if len(self.steps) < self.most_steps:
            self.steps.append((component, node, kind, port, value))

    def document(self, redacted: Callable[[str], str]) -> dict[str, Any]:
        """Return what is kept: without secrets, within bounds.

        redacted: takes secrets that only functions know out of a text
        """
        hidden: set[str] = set()
        given = self.request
        text = given if isinstance(given, str) else json.dumps(given, default=str)
        request = body_of(redacted(text), hidden)
        response = body_of(redacted(self.response), hidden)

        def cleaned(value: Any) -> Any:
            return clean(redacted(value), hidden) if isinstance(value, str) else value

        return {
            "name": self.name,
            "trigger": self.trigger,
            "chain": self.chain,
            "startedAt": self.started,
            "duration": round(self.duration_ms, 3),
            "status": self.status,
            "firedBy": dict(self.fired_by),
            "request": request,
            "response": response,
            "console": [
                {"level": level, "node": node, "message": cleaned(message)}
                for level, node, message in self.console
            ],
            "steps": [
                {
                    "component": component,
                    "node": node,
                    "type": kind,
                    "input": port,
                    "value": HIDDEN if is_secret_name(port) else cleaned(value),
                }
                for component, node, kind, port, value in self.steps
            ],
        }
