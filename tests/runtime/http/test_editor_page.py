"""The editor as a page of files in a real browser: what Chromium sends of it, and lets it read."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from gevent import subprocess
from gevent.event import AsyncResult
from gevent.pywsgi import WSGIServer

from noodl_runtime.backend import Backend
from noodl_runtime.deployments.deployments import Deployments
from noodl_runtime.deployments.versions import Versions
from noodl_runtime.functions import Functions
from tests.runtime.http.clients import ServerClient
from tests.runtime.test_deployments import saying

pytestmark = pytest.mark.slow

PAGE = """<!doctype html><body><script>
const base = "http://127.0.0.1:PORT", app = "shop-app", key = "KEY";
const headers = {"X-Parse-Application-Id": app, "X-Parse-Master-Key": key, "Content-Type": "application/json"};
const answer = (sending) => sending.then(async (got) => [got.status, await got.json()], (error) => error.name);
const send = (path, body, method = "POST") => answer(fetch(base + path, {method, headers, body: body && JSON.stringify(body)}));
const sendText = (path, body) => answer(fetch(base + path, {
  method: "POST", headers: {"Content-Type": "text/plain"},
  body: JSON.stringify({_ApplicationId: app, _MasterKey: key, ...body}),
}));
(async () => {
  const said = {
    server: await sendText("/serverInfo", {_method: "GET"}),
    schema: await send("/schemas/Order", {className: "Order", fields: {title: {type: "String"}}}),
    deploy: await send("/functions-admin/deploy", {deploy: JSON.stringify(EXPORT), runtime: "default"}),
    call: await send("/functions/F", {}),
    delete: await send("/schemas/Order", undefined, "DELETE"),
  };
  fetch("LISTENER", {method: "POST", mode: "no-cors", body: JSON.stringify(said)});
})();
</script></body>"""


@pytest.fixture
def port(shop: Backend, tmp_path: Path) -> Iterator[int]:
    functions = Functions(shop.settings)
    functions.attach(shop)
    shop.functions = functions
    shop.deployments = Deployments(Versions(tmp_path / "deployed"), functions, 10)
    client = ServerClient(shop)
    yield client.server.port
    client.close()


def opened(folder: Path, port: int, key: str) -> Any:
    """Open the page as a file and return what it says when it is done."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    assert chromium, "this needs Chromium; .ci/run installs it"
    heard: AsyncResult = AsyncResult()
    listener = WSGIServer(("127.0.0.1", 0), hearing(heard), log=None)
    listener.start()
    words = {"PORT": str(port), "KEY": key, "EXPORT": json.dumps(saying("deployed")),
             "LISTENER": f"http://127.0.0.1:{listener.server_port}/"}  # fmt: skip
    page = folder / "editor.html"
    page.write_text(re.sub("|".join(words), lambda word: words[word[0]], PAGE))
    browser = subprocess.Popen(
        [
            chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
            f"--user-data-dir={folder / 'profile'}", page.as_uri(),
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        return heard.get(timeout=60)
    finally:
        browser.terminate()
        browser.wait()
        listener.stop(timeout=0.1)


def hearing(heard: AsyncResult) -> Callable[..., list[bytes]]:
    """Return an application that keeps what it is sent."""

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        heard.set(json.loads(environ["wsgi.input"].read()))
        start("204 No Content", [])
        return []

    return app


def test_with_the_master_key_it_makes_classes_and_deploys(port: int, tmp_path: Path) -> None:
    said = opened(tmp_path, port, "key")
    assert said["server"][0] == 200
    assert said["schema"][1]["className"] == "Order"
    assert said["deploy"][1]["status"] == "success"
    assert said["call"] == [200, {"result": {"said": "deployed"}}]
    assert said["delete"] == [200, {}]


def test_with_another_key_it_learns_nothing(port: int, shop: Backend, tmp_path: Path) -> None:
    said = opened(tmp_path, port, "guess")
    assert set(said.values()) == {"TypeError"}
    assert "Order" not in shop.store.get_schema().collections
    assert shop.deployments
    assert not shop.deployments.versions
