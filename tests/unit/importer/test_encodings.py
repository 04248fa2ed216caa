"""Which encoding a file is read in, and why; what is none, or may be several, is refused with the place."""

import codecs
import io
import json
import tracemalloc
from typing import Any

import pytest

from importer.parsing.checker import RecordChecker
from importer.parsing.detection import Declared, encoding_of
from importer.parsing.encodings import CODECS, CYRILLIC, NAMES, named
from importer.parsing.formats import CSV, JSON, NDJSON, open_rows, with_encoding
from importer.parsing.spool import BLOCK_BYTES, Spooled, in_utf8
from stackroom_jobs.operations import OPERATIONS
from stackroom_jobs.records import Record
from stackroom_kit.problems import Problem
from tests.support.importer.russian_words import WORDS

NOTHING = Declared()
TABLE = "id;payload\r\n1;Книги и рукописи\r\n2;Проза двадцатого века\r\n"
CASES = (str.lower, str.capitalize, str.upper)


def spooled(body: bytes) -> Spooled:
    return Spooled(io.BytesIO(body), len(body), body.count(b"\n"), "")


def read(media_type: str, body: bytes, declared: Declared = NOTHING) -> tuple[list[Any], dict[str, Any]]:
    """The records and what the answer says of the file."""
    operation = OPERATIONS["normalize_record"]
    text = with_encoding(spooled(body), declared)
    rows = open_rows(media_type, text, operation, RecordChecker(operation.record, 10_000))
    return [item for block in rows.blocks for item in block.items], rows.input


def refused(body: bytes, declared: Declared = NOTHING) -> Problem:
    with pytest.raises(Problem) as raised:
        encoding_of(io.BytesIO(body), declared)
    assert raised.value.status == 400
    return raised.value


def forms(text: str) -> dict[str, str]:
    """The same record as a table, as a line and as a list."""
    line = json.dumps({"id": "1", "payload": text}, ensure_ascii=False)
    return {CSV: f"id;payload\r\n1;{text}\r\n", NDJSON: line + "\n", JSON: f'{{"records": [{line}]}}'}


SORTS = {
    "asked for": (Declared(encoding="cp866"), "cp866", b"", "cp866", "declared"),
    "asked for, whatever the type says": (Declared("cp866", "koi8-r"), "cp866", b"", "cp866", "declared"),
    "declared": (Declared(charset="KOI8-R"), "koi8-r", b"", "koi8-r", "declared"),
    "declared UTF-8": (Declared(charset="utf-8"), "utf-8", b"", "utf-8", "declared"),
    "declared UTF-16": (Declared(charset="utf-16"), "utf-16-be", b"", "utf-16be", "declared"),
    "declared, with its mark": (Declared(charset="utf-16"), "utf-16-be", codecs.BOM_UTF16_BE, "utf-16be", "declared"),
    "mark of UTF-8": (NOTHING, "utf-8", codecs.BOM_UTF8, "utf-8", "mark"),
    "two marks of UTF-8": (NOTHING, "utf-8", codecs.BOM_UTF8 * 2, "utf-8", "mark"),
    "mark of UTF-16, little": (NOTHING, "utf-16-le", codecs.BOM_UTF16_LE, "utf-16le", "mark"),
    "two marks of UTF-16, big": (NOTHING, "utf-16-be", codecs.BOM_UTF16_BE * 2, "utf-16be", "mark"),
    "valid UTF-8": (NOTHING, "utf-8", b"", "utf-8", "valid"),
    "UTF-16, little": (NOTHING, "utf-16-le", b"", "utf-16le", "detected"),
    "UTF-16, big": (NOTHING, "utf-16-be", b"", "utf-16be", "detected"),
    **{name: (NOTHING, CODECS[name], b"", name, "detected") for name in CYRILLIC},
}


@pytest.mark.parametrize("media_type", [CSV, NDJSON, JSON])
@pytest.mark.parametrize(("declared", "codec", "mark", "name", "source"), SORTS.values(), ids=SORTS)
def test_text_is_read_in_its_encoding_and_the_answer_says_why(
    media_type: str, declared: Declared, codec: str, mark: bytes, name: str, source: str
) -> None:
    records, found = read(media_type, mark + forms("Книги о птицах")[media_type].encode(codec), declared)
    assert records == [Record("1", "Книги о птицах")]
    assert (found["encoding"], found["encoding_source"], found["byte_order_mark"]) == (name, source, bool(mark))


@pytest.mark.parametrize("name", CYRILLIC)
@pytest.mark.parametrize("case", CASES)
def test_short_text_is_detected_whatever_its_case(name: str, case: Any) -> None:
    body = f"id;payload\n1;{case('Книги')}\n".encode(CODECS[name])
    (record,), found = read(CSV, body)
    assert (record.payload, found["encoding_source"]) == (case("Книги"), "detected")


CONTRADICTED = {
    "type": (
        Declared(charset="utf-8"),
        b"id\n1;a\nCaf\xe9\n",
        "not all utf-8: byte 10 (counted from 0), on line 3, is 0xE9",
    ),
    "asked": (Declared("us-ascii"), "a\nя\n".encode(), "byte 2 (counted from 0), on line 2"),
    "windows-1251": (Declared("windows-1251"), b"a\n\x98", "byte 2 (counted from 0), on line 2, is 0x98"),
    "mark": (NOTHING, codecs.BOM_UTF8 + b"a\n\xff\n", "byte 5 (counted from 0), on line 2, is 0xFF"),
    "UTF-16 cut in two": (NOTHING, "a\nb".encode("utf-16")[:-1], "not all utf-16le: byte 6"),
    "half of a pair": (Declared("utf-16be"), b"\0a\xd8\x00\0b", "not all utf-16be: byte 2"),
    "another mark": (Declared(charset="koi8-r"), codecs.BOM_UTF8 + b"a", "begins the byte order mark of utf-8"),
    "mark of UTF-16": (Declared("utf-8"), "a".encode("utf-16"), "begins the byte order mark of utf-16le"),
    "unknown": (Declared(charset="shift_jis"), b"a", "charset 'shift_jis'; known: utf-8"),
    "empty": (Declared(charset=""), b"a", "charset ''; known: utf-8"),
}


@pytest.mark.parametrize(("declared", "body", "detail"), CONTRADICTED.values(), ids=CONTRADICTED)
def test_bytes_that_contradict_what_is_said_are_refused_with_the_place(
    declared: Declared, body: bytes, detail: str
) -> None:
    problem = refused(body, declared)
    assert problem.code == "wrong_encoding"
    assert detail in problem.detail


PROSE = "id;name\n1;Проза\n2;"
DAMAGED = {
    "a stray byte": (PROSE.encode() + b"Caf\xe9\n", 26, 3),
    "cut in its last character": ((PROSE + "Стихи").encode()[:-1], 31, 3),
    "a byte of many": ("Проза\n".encode() * 1000 + b"\xff\n" + "Проза\n".encode(), 11_000, 1001),
    "a byte between blocks": ("ж".encode() * BLOCK_BYTES + b"\n\xd0;" + "ж".encode(), 2 * BLOCK_BYTES + 1, 2),
    "Chinese": ("图书馆的书\n".encode() + b"\x80\n", 16, 2),
}


@pytest.mark.parametrize(("body", "offset", "line"), DAMAGED.values(), ids=DAMAGED)
def test_wrong_byte_does_not_garble_a_whole_file_of_utf_8(body: bytes, offset: int, line: int) -> None:
    problem = refused(body)
    assert problem.code == "wrong_encoding"
    assert f"byte {offset} (counted from 0), on line {line}," in problem.detail


WESTERN = {
    "one word": "id;name\n1;Café\n",
    "French": "id;name\n1;élève à l’école, où naît la forêt\n2;Noël\n",
    "German": "id;name\n1;Größe\n2;Übermaß, schön und süß\n",
    "Spanish": "id;name\n1;mañana, el niño leyó más\n",
}


@pytest.mark.parametrize("text", WESTERN.values(), ids=WESTERN)
def test_accents_of_a_western_language_do_not_become_cyrillic_letters(text: str) -> None:
    problem = refused(text.encode("cp1252"))
    assert problem.code == "ambiguous_encoding"
    first = problem.errors[0]
    assert (first.pointer, first.code) == ("?encoding=windows-1252", "ambiguous_encoding")
    assert text.splitlines()[1] in first.detail.splitlines()
    assert {error.pointer.removeprefix("?encoding=") for error in problem.errors} <= set(NAMES)


@pytest.mark.parametrize(
    ("text", "codec"),
    [("Ελληνική ποίηση και πεζογραφία", "cp1253"), ("ספרים על ההיסטוריה", "cp1255"), ("图书馆图书馆", "gbk")],
)
def test_words_of_another_script_are_not_taken_for_russian(text: str, codec: str) -> None:
    assert refused(text.encode(codec)).code == "ambiguous_encoding"


@pytest.mark.parametrize(
    "text",
    [
        "Вітаю у нашій бібліотеці: книжки про історію України",
        "Добре дошли в нашата библиотека: книги за историята на България",
        "Прывітанне, гэта ўсе нашы кнігі пра гісторыю Беларусі",
        "Добродошли у нашу библиотеку: књиге о историји",
        "№ 5 «Мир» — 10 % скидки… „Да“",
    ],
)
def test_neighbours_of_russian_and_signs_are_read_as_windows_1251(text: str) -> None:
    assert encoding_of(io.BytesIO(text.encode("cp1251")), NOTHING).name == "windows-1251"


def test_words_beside_latin_ones_and_escapes_are_detected() -> None:
    body = json.dumps({"payload": "первая\nвторая\tтретья", "id": "iPhone"}, ensure_ascii=False).encode("koi8-r")
    assert encoding_of(io.BytesIO(body), NOTHING).name == "koi8-r"


def test_encoding_that_only_a_late_byte_rules_out_is_ruled_out() -> None:
    words = "Проза и стихи\n".encode("koi8-r") * 50_000
    assert encoding_of(io.BytesIO(words + b"\x98"), NOTHING).name == "koi8-r"


@pytest.mark.parametrize("name", CYRILLIC)
@pytest.mark.parametrize("case", CASES)
def test_held_out_words_are_read_rightly(name: str, case: Any) -> None:
    """A small version of the table in ``docs/encodings.md``, on words of our own."""
    wrong = unread = 0
    for word in map(case, WORDS):
        try:
            found = encoding_of(io.BytesIO(word.encode(CODECS[name])), NOTHING)
            wrong += word.encode(CODECS[name]).decode(found.codec) != word
        except Problem:
            unread += 1
    most = 0 if name == "windows-1251" else 0.005 if case is str.capitalize else 0.03
    assert wrong <= most * len(WORDS)
    assert unread <= (0 if name == "windows-1251" else 0.03 * len(WORDS))


@pytest.mark.parametrize("name", CYRILLIC)
@pytest.mark.parametrize("case", CASES)
def test_texts_of_twenty_letters_are_never_read_wrong(name: str, case: Any) -> None:
    for first in range(0, len(WORDS) - 6, 6):
        text = case(" ".join(WORDS[first : first + 6]))
        try:
            found = encoding_of(io.BytesIO(text.encode(CODECS[name])), NOTHING)
        except Problem:
            # The small Я of MacCyrillic is the capital one of Windows-1251; what only begins with it may be either.
            assert name == "mac-cyrillic"
            assert case is str.lower
        else:
            assert text.encode(CODECS[name]).decode(found.codec) == text


def test_names_of_content_types_are_those_of_the_web() -> None:
    assert {named(name) for name in ("UTF8", " utf_8 ", "Unicode-1-1-UTF-8")} == {"utf-8"}
    assert (named("x-mac-cyrillic"), named("IBM866"), named("latin1")) == ("mac-cyrillic", "cp866", "windows-1252")
    assert [name for name in ("hex", "rot13", "base64", "shift_jis", "", "utf-8\0") if named(name)] == []


@pytest.mark.parametrize("size", [1, 7, 1000, -1])
def test_recoded_text_is_that_of_utf_8_in_pieces_of_any_size(size: int) -> None:
    body = codecs.BOM_UTF16_LE + (TABLE * 20_000).encode("utf-16-le")
    text = spooled(body)
    utf8 = in_utf8(Spooled(text.file, text.size, text.lines, "", encoding_of(text.file, NOTHING))).file
    utf8.seek(0)
    whole = (TABLE * 20_000).encode()
    if size < 0:
        assert utf8.read() == whole
    else:
        assert [utf8.read(size) for _ in range(3)] == [whole[at : at + size] for at in (0, size, 2 * size)]


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "koi8-r"])
def test_encoding_of_a_long_file_is_found_in_little_memory(codec: str) -> None:
    file = io.BytesIO((TABLE * 150_000).encode(codec))
    tracemalloc.start()
    try:
        encoding_of(file, NOTHING)
        assert tracemalloc.get_traced_memory()[1] < 12 * BLOCK_BYTES
    finally:
        tracemalloc.stop()
