"""How texts are compared, searched and ordered, the same on every server: no collation and no locale matters.

On SQLite the same expressions are functions in Python, see ``register_functions``.
"""

import sqlite3
from collections.abc import Callable
from typing import Any

from sqlalchemy import String
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


def _translated(text: str) -> str:
    return f"translate({text}, '{_CAPITALS}', '{_SMALL}')"


def _composed(text: str) -> str:
    """To look whether a text is composed costs a tenth of composing it, and of one in ASCII nearly nothing."""
    is_composed = f"octet_length({text}) = char_length({text}) OR {text} IS NFC NORMALIZED"
    return f"CASE WHEN {is_composed} THEN {text} ELSE normalize({text}, NFC) END"


@compiles(Normal, "postgresql")
def _normal(element: Normal, compiler: Any, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    return f"nullif(btrim({_composed(text)}, '{SPACES}'), '')"


@compiles(OrderKey, "postgresql")
def _order_key(element: OrderKey, compiler: Any, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    small = _translated(f'lower(({text}) COLLATE "C")')
    return f"coalesce({small}, '') COLLATE \"C\""


@compiles(ByteOrder, "postgresql")
def _byte_order(element: ByteOrder, compiler: Any, **options: Any) -> str:
    return f"coalesce({compiler.process(element.clauses, **options)}, '') COLLATE \"C\""


@compiles(SearchKey, "postgresql")
def _search_key(element: SearchKey, compiler: Any, **options: Any) -> str:
    return _translated(f"lower(normalize({compiler.process(element.clauses, **options)}, NFC))")


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
