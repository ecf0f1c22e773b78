"""Writes a zip whose bytes depend on names and contents only; takes pieces already compressed.

The standard zipfile cannot take over what was compressed before, and compressing the libraries
is most of a build. The format is the plain one: no extra fields, no comments, no zip64.
"""

import struct
import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from stat import S_IFREG
from typing import IO

from noodl_builder.entry import Entry
from noodl_runtime.errors import BuildRefused

# What Python makes of a file that is no zip any more: it takes it for a script, reads the name of
# its encoding, and says that in one line.
PREFIX = b"#!/usr/bin/env python3\n# coding: this-file-is-incomplete-or-damaged.Get-it-again\n"
LEVEL = 6
DEFLATED, UNIX, VERSION, UTF8_NAMES = 8, 3, 20, 0x800
MAX_FILES, MAX_SIZE = 65_534, 4_294_967_294  # of the plain format

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")


@dataclass(frozen=True)
class Deflated:
    """Compressed content: its checksum and size before, and the raw deflate stream."""

    crc: int
    size: int
    data: bytes


def deflate(data: bytes) -> Deflated:
    """Compress one file's content."""
    worker = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return Deflated(zlib.crc32(data), len(data), worker.compress(data) + worker.flush())


def write_zip(stream: IO[bytes], files: Iterable[tuple[Entry, Deflated]], epoch: int) -> None:
    """Write entries in the given order behind what the stream already holds.

    epoch:  time of every entry, seconds since 1970
    raises: BuildRefused for more than the format can hold
    """
    stamp = _dos_time(epoch)
    directory: list[bytes] = []
    for entry, packed in files:
        offset = stream.tell()
        name = entry.name.encode()
        flags = 0 if entry.name.isascii() else UTF8_NAMES
        common = (flags, DEFLATED, *stamp, packed.crc, len(packed.data), packed.size, len(name), 0)
        if max(offset, packed.size, len(packed.data)) > MAX_SIZE:
            raise BuildRefused(f"{entry.name}: a bundle holds at most 4 GB")
        stream.write(_LOCAL.pack(b"PK\3\4", VERSION, *common) + name)
        stream.write(packed.data)
        made_by, mode = UNIX << 8 | VERSION, (S_IFREG | entry.mode) << 16
        directory.append(
            _CENTRAL.pack(b"PK\1\2", made_by, VERSION, *common, 0, 0, 0, mode, offset) + name
        )
    if len(directory) > MAX_FILES:
        raise BuildRefused(f"{len(directory)} files; a bundle holds at most {MAX_FILES}")
    start, text = stream.tell(), b"".join(directory)
    stream.write(text)
    stream.write(_END.pack(b"PK\5\6", 0, 0, len(directory), len(directory), len(text), start, 0))


def _dos_time(epoch: int) -> tuple[int, int]:
    t = time.gmtime(epoch)
    clock = t.tm_hour << 11 | t.tm_min << 5 | t.tm_sec // 2
    return clock, (t.tm_year - 1980) << 9 | t.tm_mon << 5 | t.tm_mday
