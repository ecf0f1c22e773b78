"""A real browser, with its own WebSocket and EventSource, on a page that the backend serves."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest
from gevent import subprocess

from noodl_runtime.http.app_files import AppFiles
from noodl_runtime.realtime.event_stream import EventStream
from tests.runtime.http.clients import ServerClient
from tests.runtime.realtime.clients import WebSocketClient
from tests.runtime.realtime.conftest import Make, World

pytestmark = pytest.mark.slow

PAGE = """<!doctype html><script>
const report = (who, what) => fetch("/api/Report", {
  method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({who, what}),
});
const told = (who) => (message) => {
  const {event, data} = JSON.parse(message.data);
  report(who, `${event} ${data.object.title}`);
};
const socket = new WebSocket(`ws://${location.host}/`);
socket.onmessage = told("socket");
socket.onopen = () => {
  socket.send(JSON.stringify({type: "subscribe", collection: "Todo"}));
  report("socket", "open");
};
const stream = new EventSource("/realtime?collection=Todo");
stream.onmessage = told("stream");
stream.onopen = () => report("stream", "open");
</script>"""


@pytest.fixture
def page(make: Make, tmp_path: Path) -> World:
    """Return a world whose backend serves the page at /."""
    world = make()
    world.http.close()
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text(PAGE)
    world.backend.app_files = AppFiles(site, "app")
    world.http = ServerClient(world.backend)
    world.port = world.http.server.port
    return world


@pytest.fixture
def reports(page: World, tmp_path: Path) -> Iterator[WebSocketClient]:
    """Open the page in a browser; yield what it reports, as events."""
    reports = page.subscribed("Report")
    reports._socket.settimeout(60)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    assert chromium, "this needs Chromium; .ci/run installs it"
    browser = subprocess.Popen(
        [
            chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
            f"--user-data-dir={tmp_path / 'profile'}", f"http://127.0.0.1:{page.port}/",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    yield reports
    browser.terminate()
    browser.wait()


def next_reports(reports: WebSocketClient, count: int) -> set[tuple[str, str]]:
    told: list[dict[str, Any]] = [reports.hear()["data"]["object"] for _ in range(count)]
    return {(each["who"], each["what"]) for each in told}


def test_a_browser_hears_and_comes_back_by_itself(page: World, reports: WebSocketClient) -> None:
    assert next_reports(reports, 2) == {("socket", "open"), ("stream", "open")}
    page.create(title="milk")
    assert next_reports(reports, 2) == {("socket", "create milk"), ("stream", "create milk")}
    live = page.backend.realtime.live  # type: ignore[union-attr]
    assert live
    [stream] = [each.outbox for each in live.listeners if each.outbox._form is EventStream.form]
    stream.end(1000, "")  # the connection ends; a browser waits a moment and comes again
    while len(live.listeners) > 2:
        gevent.sleep(0.01)
    page.create(title="bread")
    assert next_reports(reports, 3) == {
        ("socket", "create bread"), ("stream", "open"), ("stream", "create bread"),
    }  # fmt: skip
