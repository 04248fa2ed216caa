"""The quick way to read a bulk call: one decode for all items, where all are alike and beyond doubt.

Any doubt (a field that is wrong or missing, a key or an id that may stand twice, a character that is refused) sends
the whole call the other way, which looks at each item and says what is wrong with it.
"""

import dataclasses
import re
import unicodedata
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Annotated, Any

import msgspec

from catalog.crud.schema import FORBIDDEN, INT32, Field, Schema
from stackroom_kit.strict_json import may_spell_keys
from stackroom_kit.texts import normal_text

# How the encoder writes the control characters that a text may not hold; the rest is looked for in the text itself.
ESCAPED = ("\\u00", "\\b", "\\f", "\x7f")
# Letters and signs that are composed already and that the schema takes: Latin, Cyrillic, the usual punctuation. A text
# of these needs no closer look, and texts in Russian are read as quickly as in English.
_USUAL = re.compile("[\x20-\x7e\xa0-\u02ff\u0400-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u2116]*")
_NO_WIDTH = ("\u200b", "\u2060")  # spaces that ``str.strip`` does not take for such
_encoder = msgspec.json.Encoder()


@dataclasses.dataclass(frozen=True)
class PlainItems:
    """Every item names exactly ``fields``; no two have one id. ``text`` is the JSON array of all of them."""

    fields: tuple[str, ...]
    ids: list[int]
    text: str
    records: list[Any]

    def values(self, field: str) -> set[Any]:
        """What the items say in one field, null left out."""
        return set(map(attrgetter(field), self.records)) - {None} if field in self.fields else set()

    def with_ids(self, name_field: str, id_field: str, ids: Mapping[str, int]) -> "PlainItems":
        """The same items, each with an id in one field for its name in another."""
        records = [
            msgspec.structs.replace(record, **{id_field: ids[getattr(record, name_field)], name_field: msgspec.UNSET})
            for record in self.records
        ]
        fields = tuple(id_field if field == name_field else field for field in self.fields)
        return PlainItems(fields, self.ids, _encoder.encode(records).decode(), records)

    def items(self) -> list[dict[str, Any]]:
        """Each as an object, for the other way."""
        found: list[dict[str, Any]] = msgspec.json.decode(self.text)
        return found


class PlainReader:
    """Reads calls of one resource, whose items may name what they belong to in ``name_field``."""

    def __init__(self, schema: Schema, name_field: str | None = None) -> None:
        fields = list(map(_struct_field, schema.fields))
        if name_field is not None:
            fields.append((name_field, str | msgspec.UnsetType, msgspec.UNSET))
        self._texts = {field.name: field.max_length for field in schema.fields if field.max_length is not None}
        self._name_field = name_field
        self._all_texts = [*self._texts, *([name_field] if name_field else [])]
        self._optional = [name for name, _, default in fields if default is msgspec.UNSET]
        row = msgspec.defstruct(
            "PlainRow",
            fields,
            forbid_unknown_fields=True,
            omit_defaults=True,
            gc=False,
        )
        items: tuple[str, Any] = ("items", list[row])  # type: ignore[valid-type]
        body = msgspec.defstruct("PlainBody", [items], forbid_unknown_fields=True)
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(body)

    def read(self, body: bytes) -> PlainItems | None:
        try:
            records = self._decoder.decode(body).items
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        fields = self._fields(body, records)
        ids = [record.id for record in records]
        if fields is None or len(set(ids)) < len(ids):
            return None
        text = _encoder.encode(records).decode()
        if not self._are_normal(records, text):
            if not all(map(self._make_normal, records)):
                return None
            text = _encoder.encode(records).decode()
        return PlainItems(fields, ids, text, records) if records and _is_clean(text) else None

    def _are_normal(self, records: list[Any], text: str) -> bool:
        """Whether no text can have another normal form than it has; ``text`` is the records' JSON."""
        values = [value for field in self._all_texts for value in map(attrgetter(field), records) if type(value) is str]
        return list(map(str.strip, values)) == values and "" not in values and _is_composed(text)

    def _make_normal(self, record: Any) -> bool:
        """Changes the texts of a record; False where one is too long then, or names nothing."""
        for name, most in self._texts.items():
            value = getattr(record, name)
            if isinstance(value, str):
                normal = normal_text(value)
                if normal is not None and len(normal) > most:
                    return False
                setattr(record, name, normal)
        return self._name_field is None or self._make_name_normal(record, self._name_field)

    def _make_name_normal(self, record: Any, field: str) -> bool:
        value = getattr(record, field)
        if value is msgspec.UNSET:
            return True
        normal = normal_text(value)
        setattr(record, field, normal)
        return normal is not None

    def _fields(self, body: bytes, records: Sequence[Any]) -> tuple[str, ...] | None:
        """What all items name; None where some name less than others, or a key might stand twice."""
        if body.count(b'"items"') != 1 or body.count(b'"id"') != len(records) or may_spell_keys(body):
            return None
        fields = ["id"]
        for name in self._optional:
            found = body.count(b'"%b"' % name.encode())
            if found == len(records) and msgspec.UNSET not in map(attrgetter(name), records):
                fields.append(name)
            elif found:
                return None
        return tuple(fields)


def _is_composed(text: str) -> bool:
    if text.isascii() or _USUAL.fullmatch(text):
        return True
    return unicodedata.is_normalized("NFC", text) and not any(space in text for space in _NO_WIDTH)


def _is_clean(text: str) -> bool:
    """Whether encoded items hold no character that the schema refuses."""
    if any(mark in text for mark in ESCAPED):
        return False
    return text.isascii() or _USUAL.fullmatch(text) is not None or not FORBIDDEN.search(text)


def _struct_field(field: Field) -> tuple[str, Any, Any]:
    meta = msgspec.Meta(max_length=field.max_length)
    limits = msgspec.Meta(ge=INT32[0], le=INT32[-1])
    kind: Any = Annotated[int, limits] if field.max_length is None else Annotated[str, meta]
    if field.is_nullable:
        kind |= None
    if field.name == "id":
        return field.name, kind, msgspec.NODEFAULT
    return field.name, kind | msgspec.UnsetType, msgspec.UNSET
