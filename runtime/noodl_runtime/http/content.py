"""Content encodings of request bodies: gzip and deflate, never more than the body limit."""

import zlib
from collections.abc import Callable

from noodl_runtime.errors import BadRequest, RequestTooLarge, UnsupportedEncoding


def decoded_body(body: bytes, encoding: str, max_body: int) -> bytes:
    """Return the body as it was before it was compressed.

    encoding: the header Content-Encoding; "" and "identity" mean not at all
    raises:   UnsupportedEncoding, RequestTooLarge, BadRequest
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return body
    if name not in _ENCODINGS:
        raise UnsupportedEncoding(
            f"content encoding {encoding[:40]!r} is not supported; send gzip, deflate or none"
        )
    try:
        return _inflated(body, _ENCODINGS[name], max_body)
    except zlib.error as error:
        raise BadRequest(f"the body is not {name}") from error


def too_large(limit: int, setting: str = "max_body") -> RequestTooLarge:
    """Return the error for a body over a limit."""
    return RequestTooLarge(f"the body is over {limit} bytes (setting {setting})")


def _inflated(body: bytes, window: Callable[[bytes], int], max_body: int) -> bytes:
    stream = zlib.decompressobj(window(body))
    plain = stream.decompress(body, max_body + 1)
    if len(plain) > max_body:
        raise too_large(max_body)
    if not stream.eof or stream.unused_data:
        raise BadRequest("the compressed body is cut off, or something follows it")
    return plain


def _deflate_window(body: bytes) -> int:
    # "deflate" means the zlib format, but there are clients that send the bare stream.
    return zlib.MAX_WBITS if body[:1] and body[0] & 0x0F == 8 else -zlib.MAX_WBITS


_ENCODINGS: dict[str, Callable[[bytes], int]] = {
    "gzip": lambda body: 16 + zlib.MAX_WBITS,
    "x-gzip": lambda body: 16 + zlib.MAX_WBITS,
    "deflate": _deflate_window,
}
