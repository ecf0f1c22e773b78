"""The page of a running backend in a real browser: opened with the key, fired by hand."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.devtools import Tab
from tests.driver import Backend

pytestmark = pytest.mark.slow

ORDERS = Path(__file__).parents[2] / "examples" / "orders"


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    command: list[str | Path] = [sys.executable, "-m", "noodl_portable", "serve", ORDERS]
    options = ["--port=0", f"--data={tmp_path / 'data'}"]
    with Backend(command, *options, cwd=tmp_path, env={**os.environ}) as backend:
        yield backend


@pytest.fixture
def tab(backend: Backend, tmp_path: Path) -> Iterator[Tab]:
    with Tab(f"{backend.ready['url']}/_admin", tmp_path / "profile") as tab:
        tab.until("document.querySelector('#key').onsubmit")
        yield tab


def open_with(tab: Tab, key: str) -> None:
    tab.run(
        f"document.querySelector('[name=key]').value = {json.dumps(key)};"
        "document.querySelector('#key').requestSubmit()"
    )


def row(kind: str) -> str:
    """Return the expression for the row of a trigger."""
    return f"[...document.querySelectorAll('#triggers tr')].find((r) => r.innerText.includes('{kind}'))"


def test_a_wrong_key_shows_nothing(tab: Tab) -> None:
    open_with(tab, "guess")
    assert "master key is wrong" in tab.until("document.querySelector('#said').textContent")
    assert tab.run("document.querySelector('main').hidden") is True
    assert tab.run("document.querySelectorAll('#triggers tr').length") == 0


def test_a_trigger_is_fired_by_hand_and_its_run_looked_into(tab: Tab, backend: Backend) -> None:
    open_with(tab, backend.master_key())
    assert "0 3 * * *" in tab.until(f"{row('schedule')}.innerText")
    assert "PAYMENT_SECRET is not set" in tab.run(f"{row('webhook')}.innerText")
    tab.run(f"{row('schedule')}.querySelector('.fire').click()")
    assert "remind" in tab.until("document.querySelector('#runs .name').textContent")
    assert "manual" in tab.until(f"{row('schedule')}.innerText.includes('manual') && 'manual'")
    tab.run("document.querySelector('#runs .name').click()")
    run = tab.until(
        "document.querySelector('#run').open && document.querySelector('#run pre').textContent"
    )
    assert json.loads(run)["firedBy"]["by"] == "manual"


def test_the_page_keeps_the_key_nowhere(tab: Tab, backend: Backend) -> None:
    open_with(tab, backend.master_key())
    tab.until("!document.querySelector('main').hidden")
    kept = tab.run(
        "JSON.stringify([location.href, document.cookie, {...localStorage}, {...sessionStorage},"
        " document.documentElement.outerHTML, document.querySelector('[name=key]').value])"
    )
    assert backend.master_key() not in kept
