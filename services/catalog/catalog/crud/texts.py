"""How texts are compared, searched and ordered, the same on every server: no collation and no locale matters.

On SQLite the same expressions are functions in Python, see ``register_functions``.
"""

import sqlite3
from collections.abc import Callable
from typing import Any

from sqlalchemy import Boolean, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from stackroom_kit.texts import SPACES, normal_text

_CAPITALS = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯё"
_SMALL = "абвгдеежзийклмнопрстуфхцчшщъыьэюяе"
_FOLDED = str.maketrans(_CAPITALS, _SMALL)
_ASCII = str.maketrans({letter: letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"})


class Normal(GenericFunction[str]):
    """A text in its normal form, null where nothing is left; rows that others wrote may have another."""

    name = "normal_text"
    type = String()
    inherit_cache = True


class OrderKey(GenericFunction[str]):
    """What a text is ordered by first: whatever its case, Ё as its neighbour, null as nothing.

    Servers without ICU order by bytes, and their ``lower`` knows only the letters of ASCII; so no other is asked for.
    """

    name = "order_key"
    type = String()
    inherit_cache = True


class ByteOrder(GenericFunction[str]):
    """The text itself, null as nothing, ordered by its bytes."""

    name = "byte_order"
    type = String()
    inherit_cache = True


class SearchKey(GenericFunction[str]):
    """What is searched in: whatever its case, composed, Ё as its neighbour."""

    name = "search_key"
    type = String()
    inherit_cache = True


class RowsOf(GenericFunction[bool]):
    """Whether a column has one of the ids that a subquery gives."""

    name = "rows_of"
    type = Boolean()
    inherit_cache = True


_LATIN = "".join(map(chr, range(0x41, 0x5B)))
# Whether the server's ``lower`` knows these letters and does to them what ``translate`` would. It is a constant, so it
# is decided while a statement is planned, and costs a row nothing.
_LOWERS = f"lower('{_LATIN}{_CAPITALS}') = '{_LATIN.lower()}{_CAPITALS.lower()}'"


def _translated(text: str) -> str:
    """Ten times as dear as ``lower`` for each row, so where it can be it is left out."""
    return f"translate({text}, '{_CAPITALS}', '{_SMALL}')"


def _lower(text: str) -> str:
    """By the database's own locale, of which ``_LOWERS`` speaks; a column may have another."""
    return f'lower(({text}) COLLATE "default")'


def _with_e(text: str) -> str:
    """Ё as its neighbour, in a text of small letters: the last of the pairs."""
    return f"replace({text}, '{_CAPITALS[-1]}', '{_SMALL[-1]}')"


def _is_ascii(text: str) -> str:
    return f"octet_length({text}) = char_length({text})"


def _composed(text: str) -> str:
    """To look whether a text is composed costs a tenth of composing it, and of one in ASCII nearly nothing."""
    return f"CASE WHEN {_is_ascii(text)} OR {text} IS NFC NORMALIZED THEN {text} ELSE normalize({text}, NFC) END"


@compiles(Normal, "postgresql")
def _normal(element: Normal, compiler: Any, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    return f"nullif(btrim({_composed(text)}, '{SPACES}'), '')"


@compiles(OrderKey, "postgresql")
def _order_key(element: OrderKey, compiler: Any, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    ascii_lower = f'lower(({text}) COLLATE "C")'
    usual = f"{_LOWERS} AND {text} !~ '[^\\x01-\\x7f{_CAPITALS}{_SMALL}]'"
    small = f'{_with_e(_lower(text))} COLLATE "C"'
    quick = f"WHEN {_is_ascii(text)} THEN {ascii_lower} WHEN {usual} THEN {small}"
    return f"coalesce(CASE {quick} ELSE {_translated(ascii_lower)} END, '') COLLATE \"C\""


@compiles(ByteOrder, "postgresql")
def _byte_order(element: ByteOrder, compiler: Any, **options: Any) -> str:
    return f"coalesce({compiler.process(element.clauses, **options)}, '') COLLATE \"C\""


@compiles(SearchKey, "postgresql")
def _search_key(element: SearchKey, compiler: Any, **options: Any) -> str:
    small = _lower(_composed(compiler.process(element.clauses, **options)))
    return f"CASE WHEN {_LOWERS} THEN {_with_e(small)} ELSE {_translated(small)} END"


@compiles(RowsOf, "postgresql")
def _rows_of_an_array(element: RowsOf, compiler: Any, **options: Any) -> str:
    """As an array, which is made once and can be looked up in an index beside others."""
    column, ids = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY (ARRAY{ids})"


@compiles(RowsOf, "sqlite")
def _rows_of_a_query(element: RowsOf, compiler: Any, **options: Any) -> str:
    column, ids = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN {ids}"


def _order_key_of(text: str) -> str:
    return text.translate(_ASCII).translate(_FOLDED)


def _search_key_of(text: str) -> str:
    return (normal_text(text) or "").lower().translate(_FOLDED)


def register_functions(connection: sqlite3.Connection) -> None:
    """The same expressions for SQLite, which has none of them."""
    connection.create_function(Normal.name, 1, _of_text(normal_text), deterministic=True)
    connection.create_function(OrderKey.name, 1, _of_text(_order_key_of, ""), deterministic=True)
    connection.create_function(ByteOrder.name, 1, _of_text(str, ""), deterministic=True)
    connection.create_function(SearchKey.name, 1, _of_text(_search_key_of), deterministic=True)


def _of_text(function: Callable[[str], str | None], of_null: str | None = None) -> Callable[[Any], str | None]:
    return lambda value: of_null if value is None else function(value)
