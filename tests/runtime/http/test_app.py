"""The bottle app as other WSGI hosts see it: odd environments, mounting, chunked bodies."""

import io
import json
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

from noodl_runtime.backend import Backend
from noodl_runtime.http.app import make_app


def request(app: Any, **environ: Any) -> tuple[int, Any]:
    """Call a WSGI app with an environment; return status and decoded body."""
    environ = {"HTTP_HOST": "localhost", "wsgi.input": io.BytesIO(), **environ}
    setup_testing_defaults(environ)
    seen: list[str] = []

    def start(status: str, headers: Any, exc_info: Any = None) -> Any:
        seen.append(status)
        return lambda data: None

    chunks = app(environ, start)
    try:
        return int(seen[0].split()[0]), json.loads(b"".join(chunks))
    finally:
        if hasattr(chunks, "close"):
            chunks.close()


def post(data: bytes, **environ: Any) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/api/Product", "wsgi.input": io.BytesIO(data),
        "CONTENT_TYPE": "application/json", **environ,
    }  # fmt: skip


DILL = b'{"name": "dill"}'
BODIES = [
    # body, environment                                       status
    (DILL, {"CONTENT_LENGTH": "16"},                          201),
    (DILL, {"HTTP_TRANSFER_ENCODING": "chunked"},             201),
    (DILL, {"CONTENT_LENGTH": ""},                            400),
    (DILL, {"CONTENT_LENGTH": "17"},                          400),
    (DILL, {"CONTENT_LENGTH": "15"},                          400),
    (DILL, {"CONTENT_LENGTH": "many"},                        400),
    (DILL, {"CONTENT_LENGTH": "99999999999"},                 413),
    (b" " * 10_000_001, {"HTTP_TRANSFER_ENCODING": "chunked"}, 413),
]  # fmt: skip


@pytest.mark.parametrize(("data", "environ", "status"), BODIES)
def test_a_body_is_read_as_its_framing_says(
    shop: Backend, data: bytes, environ: dict[str, str], status: int
) -> None:
    assert request(make_app(shop), **post(data, **environ))[0] == status


def test_without_the_raw_target_the_decoded_path_is_used(shop: Backend) -> None:
    status, record = request(make_app(shop), PATH_INFO="/api/Product/p1")
    assert (status, record["name"]) == (200, "apple")


def test_a_path_that_is_not_utf_8_is_refused_in_json(shop: Backend) -> None:
    status, answer = request(make_app(shop), PATH_INFO="/api/\xff")
    assert (status, answer["error"]) == (400, "the path is not UTF-8")


def test_a_host_may_mount_the_app_below_a_path(shop: Backend) -> None:
    status, record = request(
        make_app(shop), SCRIPT_NAME="/backend", PATH_INFO="/api/Product/p1",
        REQUEST_URI="/backend/api/Product/p1",
    )  # fmt: skip
    assert (status, record["name"]) == (200, "apple")


def test_an_export_is_streamed(shop: Backend) -> None:
    app = validator(make_app(shop))
    status, export = request(
        app, PATH_INFO="/api/_export", SCRIPT_NAME="", QUERY_STRING="",
        HTTP_X_PARSE_MASTER_KEY="key",
    )  # fmt: skip
    assert (status, len(export["records"]["Product"])) == (200, 4)
