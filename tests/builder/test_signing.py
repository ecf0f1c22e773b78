import json
from pathlib import Path
from zipfile import ZipFile

import pytest

from noodl_builder.bundle_file import verify
from noodl_builder.options import BuildOptions
from noodl_builder.signing import SIGNATURE, make_keys
from noodl_portable.cli import main
from noodl_runtime.errors import BadFile, BuildRefused, SetupError
from tests.builder.test_bundle_file import rewrite
from tests.builder.world import make_backend, make_runtime, pack

pytest.importorskip("cryptography", reason="cryptography is not installed")


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "release.key", make_keys(tmp_path / "release.key")


@pytest.fixture
def signed(backend: Path, tmp_path: Path, keys: tuple[Path, Path]) -> Path:
    options = BuildOptions(folder=backend, sign=keys[0])
    return pack(options, make_runtime(), tmp_path / "shop.pyz")


def test_a_signed_bundle_is_verified_with_the_public_key(
    signed: Path, keys: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(signed, keys[1]).name == "Shop"
    assert main(["verify", str(signed), "--key", str(keys[1])]) == 0
    assert f"signed with {keys[1]}" in capsys.readouterr().out


def test_the_same_key_and_backend_give_the_same_bytes(
    signed: Path, backend: Path, tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    again = pack(BuildOptions(folder=backend, sign=keys[0]), make_runtime(), tmp_path / "b.pyz")
    assert again.read_bytes() == signed.read_bytes()


def test_the_private_key_is_private_and_stays_outside(
    signed: Path, keys: tuple[Path, Path]
) -> None:
    assert keys[0].stat().st_mode & 0o777 == 0o600
    with ZipFile(signed) as archive:
        assert not [n for n in archive.namelist() if b"PRIVATE KEY" in archive.read(n)]


def test_a_manifest_changed_along_with_a_file_is_found(
    signed: Path, backend: Path, tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    with ZipFile(signed) as archive:
        signature = archive.read(SIGNATURE)
    make_backend(backend, {"workflows/evil.workflow.json": {"components": []}})
    other = pack(BuildOptions(folder=backend), make_runtime(), tmp_path / "other.pyz")
    forged = rewrite(other, lambda files: files.update({SIGNATURE: signature}))
    assert verify(forged)  # whole by itself
    with pytest.raises(BadFile, match="the signature is not that of its manifest"):
        verify(forged, keys[1])


def test_another_key_does_not_do(signed: Path, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="was signed with another key than"):
        verify(signed, make_keys(tmp_path / "other.key"))


def test_no_signature_does_not_do_when_one_is_asked_for(
    small_bundle: Path, keys: tuple[Path, Path]
) -> None:
    with pytest.raises(BadFile, match="is not signed; build it with --sign KEY"):
        verify(small_bundle, keys[1])


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", json.dumps({"key": 1}).encode()])
def test_an_unreadable_signature_does_not_do(
    signed: Path, keys: tuple[Path, Path], text: bytes
) -> None:
    with pytest.raises(BadFile, match="signature cannot be read"):
        verify(rewrite(signed, lambda files: files.update({SIGNATURE: text})), keys[1])


def test_what_is_no_key_is_refused_by_name(
    backend: Path, tmp_path: Path, signed: Path, keys: tuple[Path, Path]
) -> None:
    (tmp_path / "notes").write_text("")
    with pytest.raises(BuildRefused, match="notes is not a private key"):
        pack(BuildOptions(folder=backend, sign=tmp_path / "notes"), make_runtime(), tmp_path / "x")
    with pytest.raises(SetupError, match="notes is not a public key"):
        verify(signed, tmp_path / "notes")
    with pytest.raises(SetupError, match="never overwritten"):
        make_keys(keys[0])
