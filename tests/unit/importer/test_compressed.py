"""Bodies compressed by gzip, archives and workbooks: unpacked within the limit, or called by their names."""

import gzip
import io
import zipfile

import pytest

from importer.parsing.containers import refuse_container
from importer.parsing.gunzip import Gunzip
from importer.parsing.spool import spool
from stackroom_kit.disk_room import temporary_room
from stackroom_kit.problems import Problem

TEXT = b"id;name\n" + b"".join(b"%d;a\n" % row for row in range(100_000))


def unpacked(body: bytes, most: int = 10_000_000) -> bytes:
    with spool(Gunzip(io.BytesIO(body), most), b"", temporary_room(0)) as spooled:
        return bytes(spooled.file.read())


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(TEXT),
        gzip.compress(TEXT[:1000]) + gzip.compress(b"") + gzip.compress(TEXT[1000:]),
        gzip.compress(TEXT) + b"\0" * 512,
        gzip.compress(TEXT[:1000]) + b"\0" * 100_000 + gzip.compress(TEXT[1000:]),
    ],
    ids=["one", "several", "filled up", "filled up between"],
)
def test_gzip_is_read_as_what_it_holds(body: bytes) -> None:
    assert unpacked(body) == TEXT


PACKED = gzip.compress(TEXT)


@pytest.mark.parametrize(
    "body",
    [
        b"id;name\n",
        PACKED[:-4],
        PACKED[:100],
        PACKED[:50] + b"xxxx" + PACKED[54:],
        PACKED + b"more",
        PACKED + b"\0" * 100_000 + b"more",
        b"",
    ],
    ids=["none", "no end", "cut", "broken", "garbage behind", "garbage behind zeros", "nothing"],
)
def test_gzip_that_is_broken_is_said_to_be(body: bytes) -> None:
    with pytest.raises(Problem) as raised:
        unpacked(body)
    assert (raised.value.status, raised.value.code) == (400, "broken_gzip")


@pytest.mark.parametrize("body", [gzip.compress(b"\0" * 50_000_000), gzip.compress(b"") * 20_001], ids=["long", "many"])
def test_gzip_that_holds_too_much_is_refused(body: bytes) -> None:
    with pytest.raises(Problem) as raised:
        unpacked(body)
    assert (raised.value.status, raised.value.code) == (413, "too_large")


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "application/vnd.oasis.opendocument.spreadsheet" if name == "mimetype" else "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (zipped("books.csv"), "archive"),
        (zipped("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"), "spreadsheet"),
        (zipped("mimetype", "content.xml"), "spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "spreadsheet"),
        (b"7z\xbc\xaf\x27\x1c", "archive"),
        (PACKED, "archive"),
    ],
    ids=["zip", "xlsx", "ods", "xls", "7z", "gzip"],
)
def test_archive_and_workbook_are_called_so(body: bytes, code: str) -> None:
    with pytest.raises(Problem) as raised:
        refuse_container(io.BytesIO(body), len(body))
    assert (raised.value.status, raised.value.code) == (400, code)
    assert ("Save As, CSV" in raised.value.detail) == (code == "spreadsheet")


def test_table_is_left_at_its_start() -> None:
    file = io.BytesIO(TEXT)
    refuse_container(file, len(TEXT))
    assert file.tell() == 0
