"""Which operation reads a file as it is, and the record that names it there."""

from types import SimpleNamespace
from typing import Any

import pytest

from stackroom_client.errors import UsageError
from stackroom_client.media import MediaReader, media_reader


def item(name: str, reads_media: bool = True, **more: Any) -> dict[str, Any]:
    return {"name": name, "reads_media": reads_media, **more}


NUMBERED = {"properties": {"id": {"type": "integer"}, "file": {"type": "string"}}}
NAMED = {"properties": {"id": {"type": ["integer", "string"]}, "payload": {"type": "string"}}}
LISTED = {
    "items": [
        item("normalize_record", reads_media=False, schema=NAMED),
        item("process_video", media_field="payload", schema=NAMED),
        item("transcribe", media_field="file", schema=NUMBERED),
        item("of_an_older_server"),
    ]
}


def context(answer: Any = LISTED) -> Any:
    return SimpleNamespace(server=SimpleNamespace(get=lambda _path: answer, address=SimpleNamespace(shown="here")))


@pytest.mark.parametrize(
    ("named", "record"),
    [
        (None, {"id": "film.mp4", "payload": "uploads/a.mp4"}),
        ("process_video", {"id": "film.mp4", "payload": "uploads/a.mp4"}),
        ("transcribe", {"id": 1, "file": "uploads/a.mp4"}),
        ("of_an_older_server", {"payload": "uploads/a.mp4"}),
    ],
)
def test_record_is_as_its_operation_tells(named: str | None, record: dict[str, Any]) -> None:
    assert media_reader(context(), named).record("/films/film.mp4", "uploads/a.mp4") == record


def test_long_name_of_a_file_is_cut_to_what_an_id_may_have() -> None:
    record = MediaReader("process_video", "payload", ("string",)).record("x" * 1500, "uploads/a.mp4")
    assert record["id"] == "x" * 1000


@pytest.mark.parametrize(
    ("answer", "named", "sentence"),
    [
        (LISTED, "normalize_record", "reads no files as they are; these do: process_video, transcribe"),
        (LISTED, "nothing", "the operation nothing reads no files"),
        ({"items": []}, None, "no operation of here reads videos"),
        ({"items": []}, "nothing", "these do: none"),
        ({"items": [1]}, None, "is that a Stackroom server?"),
        ([], None, "is that a Stackroom server?"),
    ],
)
def test_what_reads_no_media_is_refused_in_one_sentence(answer: Any, named: str | None, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence.replace("?", r"\?")):
        media_reader(context(answer), named)
