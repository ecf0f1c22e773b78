import io
from zipfile import ZipFile

from noodl_builder.entry import make_entry
from noodl_builder.zip_writer import deflate, write_zip

FILES = {"a/leer.txt": b"", "b.so": b"x" * 10_000, "\u00e4\u20ac.txt": "\u00e4".encode()}


def test_what_is_written_is_a_zip_that_the_standard_library_reads() -> None:
    stream = io.BytesIO(b"#!prefix\n")
    stream.seek(0, io.SEEK_END)
    entries = [make_entry(name, data) for name, data in FILES.items()]
    write_zip(stream, ((e, deflate(e.read())) for e in entries), 1714557660)
    with ZipFile(stream) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
        assert {i.date_time for i in archive.infolist()} == {(2024, 5, 1, 10, 1, 0)}
        assert archive.getinfo("b.so").external_attr >> 16 & 0o777 == 0o755
