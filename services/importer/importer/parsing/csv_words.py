"""Words by which people head the columns of a field, in Russian and in English."""

import unicodedata

from stackroom_jobs.operations import Operation
from stackroom_jobs.records import own_fields

_COMMENT = ("комментарий", "комментарии", "примечание", "примечания", "описание", "comment", "comments", "description",
            "note", "notes")  # fmt: skip
_FILE = ("имя файла", "название файла", "файл", "file name", "filename", "file")
_WORDS: dict[str, tuple[str, ...]] = {
    "id": ("код", "№", "№ п/п", "п/п", "номер", "идентификатор", "ид", "n", "#", "id №"),
    "name": ("название", "наименование", "имя", "title"),
    "comment": _COMMENT,
    "comments": _COMMENT,
    "file_name": _FILE,
    "group_id": ("код группы", "№ группы", "номер группы", "id группы", "идентификатор группы", "group id"),
    "group": ("группа", "название группы", "имя группы", "наименование группы", "group name"),
    "payload": ("текст", "содержание", "содержимое", "данные", "значение", "text", "content", "value"),
}
_MEDIA = (*_FILE, "видео", "видеофайл", "video")


_YO = str.maketrans("ё", "\N{CYRILLIC SMALL LETTER IE}")


def comparable(head: str) -> str:
    """As heads are compared: without regard to capitals, kinds of spaces, ``ё`` and a sign behind the word."""
    text = unicodedata.normalize("NFKC", head).casefold().translate(_YO)
    return " ".join(text.split()).rstrip(" .:*") or text.strip()


def heads_of(operation: Operation) -> dict[str, str]:
    """Every head that is understood, as ``comparable`` gives it, with its field."""
    fields = own_fields(operation.record)
    found: dict[str, str] = {}
    for field in fields:
        words = _MEDIA if operation.reads_media and field == "payload" else _WORDS.get(field, ())
        found.update({comparable(word): field for word in words})
    return found | {field: field for field in operation.record.__struct_fields__}
