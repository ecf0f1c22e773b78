"""What is looked at in a backend before it is packed. A row of LINTS is one check.

A finding that stops the build is an "error"; a "warning" is told and travels in the build report.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from noodl_builder.backend_files import APP, BackendFiles
from noodl_runtime.errors import BuildRefused
from noodl_runtime.http.routes import ROUTES


@dataclass(frozen=True, order=True)
class Finding:
    """Something odd in one file: "app/health", "hidden by a route of the backend", "warning"."""

    file: str
    message: str
    weight: Literal["error", "warning"] = "warning"

    def __str__(self) -> str:
        return f"{self.file}: {self.message}"


Lint = Callable[[BackendFiles], Iterable[Finding]]


def lint(backend: BackendFiles, lints: Iterable[Lint] | None = None) -> tuple[Finding, ...]:
    """Return the warnings about a backend, sorted. raises: BuildRefused for errors."""
    found = sorted({f for check in (LINTS if lints is None else lints) for f in check(backend)})
    errors = [finding for finding in found if finding.weight == "error"]
    if errors:
        shown = "; ".join(map(str, errors[:10])) + ("; ..." if len(errors) > 10 else "")
        raise BuildRefused(f"this would not work: {shown}")
    return tuple(found)


def hidden_pages(backend: BackendFiles) -> Iterator[Finding]:
    """Find files of the front end that stand where a route of the backend answers."""
    fixed = {route.pattern.lstrip("/") for route in ROUTES if ":" not in route.pattern}
    for entry in backend.entries:
        name = entry.name.removeprefix(APP)
        if entry.name.startswith(APP) and name in fixed:
            yield Finding(f"app/{name}", "hidden by a route of the backend; rename it")


LINTS: list[Lint] = [hidden_pages]
