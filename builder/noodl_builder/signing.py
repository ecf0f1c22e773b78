"""Signatures over bundles: ed25519 over the manifest, which has the hash of everything else.

  bundle/manifest.sig   {"algorithm": "ed25519", "key": "<base64>", "signature": "<base64>"}

The key inside only says which key it was; what counts is the public key the reader trusts.
"""

import base64
import json
import os
from pathlib import Path
from typing import Any

from noodl_runtime.errors import BadFile, BuildRefused, SetupError

SIGNATURE = "bundle/manifest.sig"
ALGORITHM = "ed25519"
INSTALL = "run `pip install 'noodl-portable[sign]'`"


def make_keys(private: Path) -> Path:
    """Write a new private key, readable by its owner only, and FILE.pub; return the latter.

    raises: SetupError when one of them is there already
    """
    serialization, ed25519 = _library()
    key = ed25519.Ed25519PrivateKey.generate()
    public = private.with_name(private.name + ".pub")
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    open_part = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for path, data, mode in ((private, secret, 0o600), (public, open_part, 0o644)):
        try:
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as file:
                file.write(data)
        except FileExistsError as error:
            raise SetupError(f"{path} is there already; a key is never overwritten") from error
        except OSError as error:
            raise SetupError(f"{path} cannot be written: {error.strerror}") from error
    return public


def sign(manifest: bytes, private: Path) -> bytes:
    """Return the content of manifest.sig. raises: BuildRefused for what is no ed25519 key."""
    serialization, ed25519 = _library()
    try:
        key = serialization.load_pem_private_key(private.read_bytes(), password=None)
    except OSError as error:
        raise BuildRefused(f"the key {private} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        raise BuildRefused(f"{private} is not a private key in PEM without a password") from error
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise BuildRefused(f"{private} is not an ed25519 key; `noodl-portable keygen` makes one")
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    document = {
        "algorithm": ALGORITHM,
        "key": base64.b64encode(raw).decode(),
        "signature": base64.b64encode(key.sign(manifest)).decode(),
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def check_signature(manifest: bytes, signature: bytes | None, public: Path, name: str) -> None:
    """Accept a manifest that the holder of a key signed.

    name:   how messages call the bundle
    raises: BadFile when it is not signed, by another key, or not this manifest
    """
    key, raw = _public_key(public)
    if signature is None:
        raise BadFile(f"{name} is not signed; build it with --sign KEY")
    try:
        document = json.loads(signature)
        given, value = (base64.b64decode(document[part]) for part in ("key", "signature"))
    except (ValueError, KeyError, TypeError) as error:
        raise BadFile(f"{name}: its signature cannot be read") from error
    if document.get("algorithm") != ALGORITHM or given != raw:
        raise BadFile(f"{name} was signed with another key than {public}")
    try:
        key.verify(value, manifest)
    except Exception as error:  # the library's own InvalidSignature, imported lazily
        raise BadFile(f"{name}: the signature is not that of its manifest") from error


def _public_key(public: Path) -> tuple[Any, bytes]:
    serialization, ed25519 = _library()
    try:
        key = serialization.load_pem_public_key(public.read_bytes())
    except OSError as error:
        raise SetupError(f"the key {public} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise SetupError(f"{public} is not a public key in PEM") from error
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise SetupError(f"{public} is not an ed25519 key")
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return key, raw


def _library() -> tuple[Any, Any]:
    try:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError as error:
        raise SetupError(f"cryptography, which signs, is not installed; {INSTALL}") from error
    return serialization, ed25519
