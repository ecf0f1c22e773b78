"""What a browser lets pages do with a backend: one of the app, and those of somebody else."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.pages import Pages, chromium, shown
from tests.driver import Backend

pytestmark = pytest.mark.slow

TODO = Path(__file__).parents[2] / "examples" / "todo"
FAILED = "TypeError: Failed to fetch"


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    command: list[str | Path] = [sys.executable, "-m", "noodl_portable", "serve", TODO]
    options = ["--port=0", f"--data={tmp_path / 'data'}", "--mode=development", "--log-level=debug"]
    with Backend(command, *options, cwd=tmp_path) as backend:
        yield backend


@pytest.fixture
def told(backend: Backend, tmp_path: Path) -> Iterator[Callable[[str, str], Any]]:
    """told("app.example", "foreign.html") opens a page and returns what it reports."""
    browsers: list[subprocess.Popen[bytes]] = []
    with Pages() as pages:

        def open_page(host: str, page: str) -> Any:
            url = f"http://{host}:{pages.port}/{page}?backend={backend.ready['url']}"
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            browsers.append(subprocess.Popen(chromium(url, profile=tmp_path / "profile"), **quiet))
            return pages.report(page)

        yield open_page
        for browser in browsers:
            browser.terminate()
            browser.wait()


def answered(backend: Backend) -> Counter[str]:
    """Stop the backend and count what it answered: {"POST /api/Todo 403": 7}."""
    _, _, log = backend.stop()
    return Counter(re.findall(r"http: (\S+ \S+ \d{3}) ", log))


def nothing_was_written(backend: Backend) -> bool:
    key = {"X-Parse-Application-Id": "todo", "X-Parse-Master-Key": backend.master_key()}
    todos = backend.call("GET", "/classes/Todo?limit=1000", None, key)[1]["results"]
    users = backend.call("GET", "/users?limit=1000", None, key)[1]["results"]
    files = Path(backend.ready["data"], "data", "files")
    stored = [file.read_bytes() for file in files.glob("*")] if files.exists() else []
    return (
        not any("from elsewhere" in str(todo) for todo in todos)
        and not any(user["username"] == "eve" for user in users)
        and not any(b"from elsewhere" in content for content in stored)
    )


def test_a_page_of_another_loopback_origin_is_a_front_end(told: Callable[[str, str], Any]) -> None:
    assert told("localhost", "front_end.html") == {
        "signUp": 201,
        "logIn": [200, "ada"],
        "me": "ada",
        "write": [201, ["createdAt", "done", "objectId"]],
        "read": ["Buy milk"],
        "othersRead": 404,
        "change": 200,
        "upload": [201, True],
        "download": [137, 80, 78, 71],
        "part": [206, "PN"],
        "hello": "Hello, Ada!",
        "remove": 200,
        "wrongPassword": [404, 101],
        "requestId": True,
        "logOut": 200,
        "afterwards": 209,
        "withoutPreflight": 200,
    }


def test_a_page_of_somebody_else_writes_nothing_and_sees_nothing(
    told: Callable[[str, str], Any], backend: Backend
) -> None:
    seen = told("app.example", "foreign.html")
    unseen = ("withHeaders", "read", "health", "textPlain", "textPlainApi", "signUp", "function")
    assert {name: seen.pop(name) for name in unseen} == dict.fromkeys(unseen, FAILED)
    assert seen == {
        "blind": "answered 0",  # sent, and the page learns no more than that
        "beacon": True,
        "form": "sent",
        "formUrl": "sent",
        "formFile": "sent",
        "script": "refused",
        "socket": "refused",
        "rebound": "answered 0",
        "reboundSocket": "refused",
    }
    assert nothing_was_written(backend)
    requests = answered(backend)
    assert requests.pop("GET /health 200") == 1  # harmless, and without a CORS header
    assert requests.pop("GET /classes/Todo 200") + requests.pop("GET /users 200") == 2  # ours
    assert requests == {
        "OPTIONS /classes/Todo 403": 1,
        "OPTIONS /api/Todo 403": 1,
        "POST /classes/Todo 403": 1,
        "POST /api/Todo 403": 6,  # text/plain seen and blind, beacon, two forms, rebound
        "POST /files/a.txt 403": 1,
        "POST /users 403": 1,
        "POST /functions/completeAll 403": 1,
        "GET /api/Todo 403": 1,
        "GET /realtime 403": 2,
    }


def test_a_sandboxed_frame_of_a_front_end_is_somebody_else(
    told: Callable[[str, str], Any], backend: Backend
) -> None:
    assert told("localhost", "framed.html") == {"frame": FAILED, "origin": "null"}
    assert nothing_was_written(backend)
    assert answered(backend)["POST /api/Todo 403"] == 1


def test_a_name_that_was_made_to_lead_here_is_not_answered(
    backend: Backend, tmp_path: Path
) -> None:
    page = shown(f"http://app.example:{backend.ready['port']}/api/Todo", tmp_path / "profile")
    assert "this server does not answer to the host" in page
    assert answered(backend)["GET /api/Todo 403"] == 1
