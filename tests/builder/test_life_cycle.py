"""Real bundles, one after the other, over the same records."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from noodl_builder.bundle_file import inspect
from noodl_builder.freeze import freeze
from noodl_builder.options import BuildOptions
from noodl_builder.plan import plan
from noodl_builder.runtime_parts import RuntimeParts, installed_runtime
from noodl_builder.write import write
from noodl_portable.cli import main
from tests.builder.world import SHOP, clean_environment, make_backend
from tests.driver import Backend
from tests.runtime.test_deployments import saying
from tests.runtime.workflow.graphs import document

pytestmark = pytest.mark.slow
Start = Callable[..., subprocess.CompletedProcess[str]]
PRICE, NAME = {"name": "price", "type": "Number"}, {"name": "name", "type": "String"}


@pytest.fixture(scope="session")
def runtime(frozen_runtime: Path) -> RuntimeParts:
    return installed_runtime(frozen_runtime)


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept libraries")
    (folder / "unpacked").mkdir(mode=0o700)
    return folder


@pytest.fixture
def make(tmp_path: Path, runtime: RuntimeParts, kept: Path) -> Callable[..., Path]:
    """make("2.0", columns) -> a bundle of the shop in that version. more: {name: document}."""

    def made(version: str, *columns: dict[str, Any], **more: Any) -> Path:
        files = {
            **SHOP,
            **more,
            "schema.json": {"tables": [{"name": "Product", "columns": [*columns]}]},
        }
        options = BuildOptions(folder=make_backend(tmp_path / "shop", files), version=version)
        output = tmp_path / version / "shop.pyz"  # of one name, so that they share what is unpacked
        return write(plan(options, runtime), output, cache=kept, trial=False).output

    return made


def served(bundle: Path, tmp_path: Path, kept: Path) -> Backend:
    command: list[str | Path] = [sys.executable, "-I", bundle]
    options = ("--port", "0", "--data", str(tmp_path / "records"))
    return Backend(command, *options, cwd=tmp_path, env=environment(tmp_path, kept))


def environment(tmp_path: Path, kept: Path) -> dict[str, str]:
    return clean_environment(tmp_path / "home", NOODL_CACHE=str(kept / "unpacked"))


def products(backend: Backend) -> list[Any]:
    return sorted(r["price"] for r in backend.call("GET", "/api/Product")[1]["results"])


def test_an_upgrade_keeps_the_records_and_can_be_undone(
    make: Callable[..., Path], tmp_path: Path, kept: Path, start: Start
) -> None:
    old, new = make("1.0", PRICE), make("2.0", PRICE, NAME)
    with served(old, tmp_path, kept) as backend:
        backend.call("POST", "/api/Product", {"price": 1})
        backend.stop()
    with served(new, tmp_path, kept) as backend:
        assert products(backend) == [1]
        assert backend.call("POST", "/api/Product", {"price": 2, "name": "two"})[0] == 201
        backend.stop()
    cache = str(kept / "unpacked")
    refused = start(old, "--data", str(tmp_path / "records"), NOODL_CACHE=cache)
    assert refused.returncode == 78
    assert "were brought to a newer schema by version 2.0" in refused.stderr
    back = start(new, "--rollback", "--data", str(tmp_path / "records"), NOODL_CACHE=cache)
    assert back.returncode == 0, back.stderr
    assert "as they were before version 2.0" in back.stdout
    with served(old, tmp_path, kept) as backend:
        assert products(backend) == [1]
        backend.stop()


def test_a_schema_that_would_lose_records_is_refused_and_changes_nothing(
    make: Callable[..., Path], tmp_path: Path, kept: Path, start: Start
) -> None:
    with served(make("1.0", PRICE), tmp_path, kept) as backend:
        backend.call("POST", "/api/Product", {"price": 1})
        backend.stop()
    database = tmp_path / "records" / "data" / "local.db"
    before = database.read_bytes()
    refused = start(
        make("2.0", {"name": "price", "type": "String"}),
        "--data", str(tmp_path / "records"), NOODL_CACHE=str(kept / "unpacked"),
    )  # fmt: skip
    assert refused.returncode == 78
    [sentence] = refused.stderr.splitlines()[-1:]
    assert "does not fit the records" in sentence
    assert "give the new one another name" in sentence
    assert database.read_bytes() == before


def test_records_of_a_running_backend_are_frozen_into_a_new_bundle(
    make: Callable[..., Path], tmp_path: Path, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle, frozen = make("1.0", PRICE), tmp_path / "demo" / "shop.pyz"
    with served(bundle, tmp_path, kept) as backend:
        backend.call("POST", "/api/Product", {"price": 7})
        records, data = str(tmp_path / "records"), tmp_path / "records"
        (data / "data" / "files").mkdir(exist_ok=True)
        (data / "data" / "files" / "logo.txt").write_text("a logo")
        assert main(["freeze", str(bundle), records, "-o", str(frozen), "--json"]) == 0
        again = freeze(bundle, data, tmp_path / "again.pyz")
        backend.stop()
    told = json.loads(capsys.readouterr().out)
    assert told["manifest"]["seedData"]
    assert (told["sha256"], inspect(frozen).schema_digest) == (
        again.sha256,
        again.info.schema_digest,
    )
    alone = tmp_path / "elsewhere"
    alone.mkdir()
    with served(frozen, alone, kept) as backend:
        assert products(backend) == [7]
        assert (alone / "records" / "data" / "files" / "logo.txt").read_text() == "a logo"
        backend.stop()


def test_a_front_end_inside_finds_its_backend_at_any_port(
    tmp_path: Path, runtime: RuntimeParts, kept: Path
) -> None:
    baked = '{"cloudservices":{"endpoint":"https://old.example","appId":"old"}}'
    app = make_backend(tmp_path / "deployed", {"index.html": "<p>", "export.js": f"x = {baked}"})
    options = BuildOptions(folder=make_backend(tmp_path / "shop"), app=app)
    output = tmp_path / "shop.pyz"
    bundle = write(plan(options, runtime), output, cache=kept, trial=False).output
    with served(bundle, tmp_path, kept) as backend:
        with urllib.request.urlopen(f"{backend.ready['url']}/export.js") as answer:
            text = answer.read().decode()
        assert text == (
            f'x = {{"cloudservices":{{"endpoint":"{backend.ready["url"]}","appId":"shop-app"}}}}'
        )
        with urllib.request.urlopen(f"{backend.ready['url']}/") as answer:
            assert answer.read() == b"<p>"
        backend.stop()


def test_functions_of_an_upgrade_come_before_those_deployed_earlier(
    make: Callable[..., Path], tmp_path: Path, kept: Path
) -> None:
    workflow = "workflows/f.workflow.json"
    old = make("1.0", **{workflow: saying("bundle")})
    with served(old, tmp_path, kept) as backend:
        assert said(backend) == "bundle"
        deployed = document(*saying("deployed")["components"], *saying("extra", "G")["components"])
        headers = {
            "X-Parse-Application-Id": backend.ready["appId"],
            "X-Parse-Master-Key": backend.master_key(),
        }
        body = {"deploy": json.dumps(deployed)}
        assert backend.call("POST", "/functions-admin/deploy", body, headers)[0] == 200
        backend.stop()
    with served(make("1.1", **{workflow: saying("bundle")}), tmp_path, kept) as backend:
        assert (said(backend), said(backend, "G")) == ("deployed", "extra")
        backend.stop()
    with served(make("2.0", **{workflow: saying("upgrade")}), tmp_path, kept) as backend:
        assert (said(backend), said(backend, "G")) == ("upgrade", "extra")


def said(backend: Backend, name: str = "F") -> Any:
    return backend.call("POST", f"/functions/{name}", {})[1]["result"]["said"]
