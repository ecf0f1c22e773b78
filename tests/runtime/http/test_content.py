import gzip
import zlib

import pytest

from noodl_runtime.errors import BadRequest, PortableError, RequestTooLarge, UnsupportedEncoding
from noodl_runtime.http.content import decoded_body

TEXT = b'{"a": 1}' * 20
BARE = zlib.compressobj(wbits=-15)

DECODED = [
    ("",         TEXT),
    ("identity", TEXT),
    ("gzip",     gzip.compress(TEXT, mtime=0)),
    (" X-GZIP ", gzip.compress(TEXT, mtime=0)),
    ("deflate",  zlib.compress(TEXT)),
    ("deflate",  BARE.compress(TEXT) + BARE.flush()),
]  # fmt: skip

REFUSED = [
    ("br",         TEXT,                                   UnsupportedEncoding),
    ("gzip, gzip", TEXT,                                   UnsupportedEncoding),
    ("gzip",       TEXT,                                   BadRequest),
    ("gzip",       gzip.compress(TEXT, mtime=0)[:-4],               BadRequest),
    ("gzip",       gzip.compress(TEXT, mtime=0) + b"more",          BadRequest),
    ("gzip",       gzip.compress(b"0" * 5_000_000, mtime=0),        RequestTooLarge),
    ("deflate",    zlib.compress(b"0" * 1001),             RequestTooLarge),
]  # fmt: skip


@pytest.mark.parametrize(("encoding", "body"), DECODED)
def test_a_compressed_body_comes_back_whole(encoding: str, body: bytes) -> None:
    assert decoded_body(body, encoding, 1000) == TEXT


@pytest.mark.parametrize(("encoding", "body", "error"), REFUSED)
def test_what_cannot_be_decoded_within_the_limit_is_refused(
    encoding: str, body: bytes, error: type[PortableError]
) -> None:
    with pytest.raises(error):
        decoded_body(body, encoding, 1000)
