"""Check records one by one where a whole block cannot be taken as it is.

The fast way decodes a block in one call of msgspec. It cannot say which record is wrong, and it lets a few things pass
that the standard forbids (a key that stands twice, U+0000); whatever might hold one of these goes the slow way, where
one bad record costs itself and not its neighbours.
"""

import dataclasses
import functools
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import msgspec

from importer.parsing.refusal import ALREADY_DONE, RecordFault, Refusal, refusal_of
from importer.parsing.rows import Notes
from stackroom_jobs.outcomes import OWN_FIELDS
from stackroom_kit.schema import Field, Schema
from stackroom_kit.strict_json import StrictJSONError, loads, may_spell_keys

UTF8_BYTES_PER_CHARACTER = 4
MAX_NAME = 50  # characters of an unknown field that are said again


class RecordChecker:
    """Checks records of one struct type, each at most ``max_bytes`` long; ``notes`` says what was passed over."""

    def __init__(self, record_type: type[msgspec.Struct], max_bytes: int) -> None:
        self.record_type = record_type
        self.schema = schema = schema_of(record_type)
        self.max_bytes = max_bytes
        self.notes = Notes()
        self._decoder = msgspec.json.Decoder(record_type)
        short = with_short_texts(schema, max_bytes // UTF8_BYTES_PER_CHARACTER)
        self._array_decoder: msgspec.json.Decoder[list[Any]] = msgspec.json.Decoder(list[short.struct])  # type: ignore[name-defined]
        self._required = [_key(field.name) for field in schema.fields if field.is_required]
        optional = [field.name for field in schema.fields if not field.is_required]
        self._optional = [(_key(name), attrgetter(name)) for name in optional]

    def plain(self, block: bytes, records: list[Any]) -> list[Any] | None:
        """The records that this block holds, or None where it has to be looked at more closely."""
        return self.without_shown(records) if self.looks_plain(block, records) else None

    def without_shown(self, records: list[Any]) -> list[Any]:
        """Takes out what the catalog only shows."""
        for name in self.schema.shown:
            having = [record for record in records if getattr(record, name) is not msgspec.UNSET]
            for record in having:
                msgspec.structs.force_setattr(record, name, msgspec.UNSET)
            if having:
                self.notes.note_field(name)
        return records

    def looks_plain(self, block: bytes, records: list[Any]) -> bool:
        """Whether the block that these records were decoded from can hold no key twice and no U+0000.

        A colon stands behind every key, so no more colons than fields prove it at once. Where texts have colons too,
        the keys themselves are counted. Without the look at colons the 202 for 100,000 records as JSON takes 1.2 times
        as long (median of 15 pairs, in turns).
        """
        if b"0000" in block and b"\\u0000" in block:
            return False
        given = [_given(field, records) for _, field in self._optional]
        if block.count(b":") == len(self._required) * len(records) + sum(given):
            return True
        required = all(block.count(key) == len(records) for key in self._required)
        optional = (block.count(key) == number for (key, _), number in zip(self._optional, given, strict=True))
        return required and all(optional) and not may_spell_keys(block)

    def lines(self, block: bytes) -> list[Any] | None:
        """The records of a block of lines, one in each; None where it has to be looked at more closely."""
        try:
            records = self._decoder.decode_lines(block)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        # The decoder takes any white space between values and inside them; a row is a line, whatever stands beside it.
        is_one_each = len(records) == block.count(b"\n") + (not block.endswith(b"\n"))
        return self.plain(block, records) if is_one_each else None

    def members(self, run: bytes) -> list[Any] | None:
        """The records of a run of members of a JSON array; None where it has to be looked at more closely."""
        try:
            records = self._array_decoder.decode(b"[%b]" % run)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        return self.plain(run, records)

    def check(self, raw: bytes) -> Any:
        """The record that ``raw`` holds, or a Refusal."""
        if len(raw) > self.max_bytes:
            detail = f"The record has {len(raw)} bytes; at most {self.max_bytes} are allowed."
            return Refusal(RecordFault.RECORD_TOO_LONG, detail, "", b"")
        try:
            record = self._decoder.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return self._strictly(raw)
        plain = self.plain(raw, [record])
        return plain[0] if plain else self._strictly(raw)

    def _strictly(self, raw: bytes) -> Any:
        try:
            given = loads(raw)
        except StrictJSONError as error:
            return Refusal(error.kind.code, error.detail, "", raw)
        if not isinstance(given, dict):
            return self.converted(given, raw)
        if given.keys() <= OWN_FIELDS and "result" in given:
            return ALREADY_DONE
        if "outcome" in given:
            given = {name: value for name, value in given.items() if name not in OWN_FIELDS}
        return self._unknown_field(given, raw) or self.converted(given, raw)

    def _unknown_field(self, given: dict[str, Any], raw: bytes) -> Refusal | None:
        """Where every field may be left out, one that nobody knows is rarely meant to be passed over."""
        unknown = next((name for name in given if name not in self.schema.by_name), None)
        if unknown is None or self.schema.takes_unknown:
            return None
        detail = f"There is no field {unknown[:MAX_NAME]!r}; known: {', '.join(self.schema.own)}."
        return Refusal(RecordFault.UNKNOWN_FIELD, detail, unknown[:MAX_NAME], raw)

    def converted(self, given: Any, raw: bytes) -> Any:
        """The record that these values make, or a Refusal."""
        try:
            record = msgspec.convert(given, self.record_type)
        except msgspec.ValidationError as error:
            return refusal_of(error, self.schema, raw)
        return self.without_shown([record])[0] if self.schema.shown else record


@functools.lru_cache
def schema_of(record_type: type[msgspec.Struct]) -> Schema:
    return Schema.of_struct(record_type)


def _key(name: str) -> bytes:
    return b'"' + name.encode() + b'"'


def _given(field: Callable[[Any], Any], records: list[Any]) -> int:
    return sum(value is not msgspec.UNSET for value in map(field, records))


def with_short_texts(schema: Schema, most: int) -> Schema:
    """The same fields; a text in one has ``most`` characters at most. One that has a limit of its own keeps it."""
    return dataclasses.replace(schema, fields=tuple(_short(field, most) for field in schema.fields))


def _short(field: Field, most: int) -> Field:
    is_free = "string" in field.types and field.format is None and field.enum is None and field.max_length is None
    return dataclasses.replace(field, max_length=most) if is_free else field
