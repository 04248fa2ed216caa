"""Lists as they leave: a page in one statement; all rows in blocks, however many there are, in little memory."""

import dataclasses
from array import array
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import nullcontext
from typing import Any

import msgspec
from sqlalchemy import Engine, Row, Select

from catalog.crud.columns import nothing
from catalog.crud.list_statements import ListStatements, Variant, parameters_of
from catalog.crud.listing import MAX_LIMIT, Listing, cursor_of
from catalog.crud.resource import Resource
from catalog.crud.time_limit import limit_transaction, searching, too_slow_is_a_problem
from stackroom_sql.engine import transaction

IDS_AT_ONCE = 10_000
STREAMED: dict[str, Any] = {"stream_results": True, "max_row_buffer": IDS_AT_ONCE}
_ROWS = msgspec.json.Decoder(list[msgspec.Raw])  # tells the rows of a page apart without reading them


@dataclasses.dataclass(frozen=True)
class Page:
    """``items`` is a JSON array as text; ``following`` is None on the last page."""

    items: str
    total: int
    following: str | int | None


class Lists:
    """A list without a limit is looked at first as a page, since most are no longer.

    Of a longer one the ids are read, eight bytes each, then block after block by short statements. So a client that
    reads slowly keeps no connection and no transaction; what is deleted meanwhile is left out, nothing comes twice.
    """

    def __init__(self, engine: Engine, shown: Select[Any], resource: Resource) -> None:
        self._engine, self._searching = engine, searching(engine)
        self._statements = ListStatements(shown, resource)
        self._of_null = {column.name: nothing(column) for column in resource.table.columns}
        self._is_postgresql = engine.dialect.name == "postgresql"

    def page(self, asked: Listing) -> Page:
        """On PostgreSQL one statement, whose JSON is passed on as it is."""
        if not self._is_postgresql:
            return self._page_of_rows(asked)
        items, count, total = self._read(asked, self._statements.as_json_with_total)[0]
        return Page(items, total, _following(asked, items, count))

    def json_blocks(self, asked: Listing) -> Generator[bytes, None, None]:
        """``{"items": […], "total": n}`` of all rows; one block where they are few."""
        items, count = self._first_page(asked)
        if count <= MAX_LIMIT:
            yield b'{"items":%b,"total":%d}' % (items.encode(), count)
            return
        total, before = 0, b'{"items":['
        for block in self._blocks(asked, self._statements.block_as_json):
            items, count = block[0]
            if count:
                yield before + items[1:-1].encode()
                total, before = total + count, b","
        yield (b"" if total else before) + b'],"total":%d}' % total

    def row_blocks(self, asked: Listing) -> Iterator[Sequence[Row[Any]]]:
        """The rows of a page, or all; one block where they are few."""
        is_page = asked.limit is not None or not self._is_postgresql
        rows = self._read(asked if is_page else _one_more(asked), self._statements.ordered)
        if is_page or len(rows) <= MAX_LIMIT:
            yield rows
        else:
            yield from self._blocks(asked, self._statements.block)

    def _first_page(self, asked: Listing) -> tuple[str, int]:
        """As JSON, and how many there are; SQLite has no stream and gives all."""
        if not self._is_postgresql:
            page = self._page_of_rows(asked)
            return page.items, min(page.total, MAX_LIMIT)
        items, count = self._read(_one_more(asked), self._statements.as_json)[0]
        return items, count

    def _page_of_rows(self, asked: Listing) -> Page:
        rows = [dict(row._mapping) for row in self._read(asked, self._statements.ordered)]
        total = self._read(asked, self._statements.total)[0][0]
        items = msgspec.json.encode(rows).decode()
        return Page(items, total, _following(asked, items, len(rows)))

    def _parameters(self, asked: Listing) -> dict[str, Any]:
        return parameters_of(asked, self._of_null[asked.sort])

    def _read(self, asked: Listing, statement: Any) -> list[Any]:
        variant = Variant.of(asked)
        engine = self._searching if variant.is_search else self._engine
        with _time_limit(variant), engine.connect() as connection:
            return list(connection.execute(statement(variant), self._parameters(asked)).all())

    def _blocks(self, asked: Listing, statement: Callable[[bool, bool], Any]) -> Iterator[list[Any]]:
        """In the order of the ids all rows of a range are those asked for, which PostgreSQL finds more cheaply."""
        ids = self._all_ids(asked)
        is_range = asked.sort == "id" and asked.search is None
        for start in range(0, len(ids), MAX_LIMIT):
            part = ids[start : start + MAX_LIMIT].tolist()
            parameters = {"low": min(part), "high": max(part)} if is_range else {"ids": part}
            with self._engine.connect() as connection:
                block = connection.execute(statement(is_range, asked.is_descending), parameters).all()
            yield list(block)

    def _all_ids(self, asked: Listing) -> "array[int]":
        """Of one statement, so of one state of the table. PostgreSQL gives rows bit by bit in a transaction only."""
        variant, ids = Variant.of(asked), array("q")
        with _time_limit(variant), transaction(self._engine, **STREAMED) as connection:
            if variant.is_search:
                limit_transaction(connection)
            rows = connection.execute(self._statements.ids(variant), self._parameters(asked))
            for part in rows.scalars().partitions(IDS_AT_ONCE):
                ids.extend(part)
        return ids


def _one_more(asked: Listing) -> Listing:
    return dataclasses.replace(asked, limit=MAX_LIMIT + 1)


def _time_limit(variant: Variant) -> Any:
    return too_slow_is_a_problem() if variant.is_search else nullcontext()


def _following(asked: Listing, items: str, count: int) -> str | int | None:
    """A full page may be the last one; the next page is then empty, which costs one cheap call."""
    if asked.limit is None or count < asked.limit:
        return None
    last = msgspec.json.decode(_ROWS.decode(items)[-1])
    return cursor_of(asked.sort, last[asked.sort], last["id"])
