"""Reads the items of a bulk call: all of them in one decode, where all are beyond doubt, else each by itself.

To look at each costs three times what PostgreSQL takes for a row. Any doubt (a field that is wrong or missing, a key or
an id that may stand twice, a character that is refused) sends the whole call the other way, which says of each item
what is wrong with it.
"""

import re
import unicodedata
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import UNSET

from catalog.bulk.items import Items, record_type
from catalog.bulk.outcomes import Outcome, failed
from catalog.crud.body import FORBIDDEN, BodyCheck, is_free_text, normal
from catalog.crud.resource import Resource
from stackroom_kit.problems import Problem
from stackroom_kit.schema import Field
from stackroom_kit.strict_json import may_spell_keys
from stackroom_kit.texts import normal_text

# How the encoder writes the control characters that a text may not hold; the rest is looked for in the text itself.
ESCAPED = ("\\u00", "\\b", "\\f", "\x7f")
# Letters and signs that are composed already and that the schema takes: Latin, Cyrillic, the usual punctuation. A text
# of these needs no closer look, and texts in Russian are read as quickly as in English.
_USUAL = re.compile("[\x20-\x7e\xa0-\u02ff\u0400-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u2116]*")
_NO_WIDTH = ("\u200b", "\u2060")  # spaces that ``str.strip`` does not take for such
_encoder = msgspec.json.Encoder()


class ItemReader:
    """Of one resource."""

    def __init__(self, resource: Resource) -> None:
        self._type = record_type(resource)
        self._check = BodyCheck(resource.schema, resource.is_made)
        self._named = tuple(one.named for one in resource.references)
        own = resource.schema.own_fields
        self._texts = {field.name: field.max_length for field in own if is_free_text(field)}
        self._all_texts = [*self._texts, *self._named]
        self._forms = {field.name: normal(field) for field in own if _has_form(field)}
        self._names = [field.name for field in own] + list(self._named)
        items: tuple[str, Any] = ("items", list[self._type])  # type: ignore[name-defined]
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(
            msgspec.defstruct("Body", [items], forbid_unknown_fields=True)
        )

    def all_at_once(self, body: bytes) -> Items | None:
        """None where something is in doubt."""
        try:
            records = self._decoder.decode(body).items
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        said = self._said(body, records)
        text = self._made_normal(records) if records and said else None
        if said is None or text is None:
            return None
        fields = tuple(name for name, number in said.items() if number)
        # A name takes the place of an id only where it is looked up.
        are_alike = all(said[name] == len(records) for name in fields) and not set(self._named) & set(fields)
        return Items(dict(enumerate(records)), {}, len(records), (fields, text) if are_alike else None)

    def _made_normal(self, records: list[Any]) -> str | None:
        """Puts the values of records that were just read into their normal form; gives their JSON, None where one is
        in doubt."""
        text = _encoder.encode(records).decode()
        are_texts_normal = self._are_normal(records, text)
        if not _is_clean(text):
            return None
        if are_texts_normal and not self._forms:
            return text
        if not all(self._make_normal(record, are_texts_normal) for record in records):
            return None
        return _encoder.encode(records).decode()

    def _said(self, body: bytes, records: list[Any]) -> dict[str, int] | None:
        """How many records say each field; None where a key or an id may stand twice."""
        if body.count(b'"items"') != 1 or may_spell_keys(body):
            return None
        said: dict[str, int] = {}
        for name in self._names:
            values = list(map(attrgetter(name), records))
            said[name] = len(values) - values.count(UNSET)
            if body.count(b'"%b"' % name.encode()) != said[name] or (name == "id" and not _are_different(values)):
                return None
        return said

    def _are_normal(self, records: list[Any], text: str) -> bool:
        """Whether no text can have another normal form than it has; ``text`` is the records' JSON."""
        values = [value for field in self._all_texts for value in map(attrgetter(field), records) if type(value) is str]
        return list(map(str.strip, values)) == values and "" not in values and _is_composed(text)

    def _make_normal(self, record: Any, are_texts_normal: bool) -> bool:
        """Changes the values of a record that was just read; False where one has no normal form that is right."""
        for name, form in self._forms.items():
            value = getattr(record, name)
            if value is not None and value is not UNSET:
                try:
                    setattr(record, name, form(value))
                except ValueError:
                    return False
        return are_texts_normal or (self._make_texts_normal(record) and self._make_names_normal(record))

    def _make_texts_normal(self, record: Any) -> bool:
        for name, most in self._texts.items():
            value = getattr(record, name)
            if isinstance(value, str):
                text = normal_text(value)
                if text is not None and most is not None and len(text) > most:
                    return False
                setattr(record, name, text)
        return True

    def _make_names_normal(self, record: Any) -> bool:
        for name in self._named:
            value = getattr(record, name)
            if value is not UNSET:
                text = normal_text(value)
                if text is None:
                    return False
                setattr(record, name, text)
        return True

    def one_by_one(self, raw: list[Any]) -> Items:
        """Outcomes for items that are wrong, or whose id another one has."""
        items = Items({}, {}, len(raw))
        seen: dict[int, int] = {}
        for index, item in enumerate(raw):
            try:
                record = self._record(item)
            except Problem as problem:
                items.outcomes[index] = _refused(index, item, problem)
                continue
            if record.id in seen:
                detail = f"Item {seen[record.id]} has the same id."
                items.outcomes[index] = failed(index, record.id, "duplicate_of", detail)
                continue
            if record.id is not UNSET:
                seen[record.id] = index
            items.records[index] = record
        return items

    def _record(self, item: Any) -> Any:
        """Names of what it belongs to are looked at where they are looked up; null names nothing."""
        names: dict[str, Any] = {}
        if isinstance(item, dict):
            names = {name: _name(item[name]) for name in self._named if _name(item.get(name)) is not None}
            item = {key: value for key, value in item.items() if key not in self._named}
        return self._type(**self._check.given(item), **names)


def _name(value: Any) -> Any:
    return normal_text(value) if isinstance(value, str) else value


def _has_form(field: Field) -> bool:
    return field.format in {"date-time", "decimal"}


def _are_different(ids: list[Any]) -> bool:
    given = [value for value in ids if value is not UNSET]
    return len(set(given)) == len(given)


def _is_composed(text: str) -> bool:
    if text.isascii() or _USUAL.fullmatch(text):
        return True
    return unicodedata.is_normalized("NFC", text) and not any(space in text for space in _NO_WIDTH)


def _is_clean(text: str) -> bool:
    """Whether encoded items hold no character that the schema refuses."""
    if any(mark in text for mark in ESCAPED):
        return False
    return text.isascii() or _USUAL.fullmatch(text) is not None or not FORBIDDEN.search(text)


def _refused(index: int, item: Any, problem: Problem) -> Outcome:
    """The first fault; a row that names its fields wrongly has rarely one reason only."""
    row_id = item.get("id") if isinstance(item, dict) else None
    error = problem.errors[0]
    return failed(index, row_id, error.code, error.detail, error.pointer.removeprefix("/"))
