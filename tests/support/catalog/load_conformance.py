"""What a load of any resource promises: an operation that nobody wrote, from the schema that the catalog tells."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from catalog.crud.resource import Resource
from importer.app import create_app
from importer.settings import Settings
from stackroom_kit.schema_fields import name_field
from tests.support.catalog.rows import Rows, calling
from tests.support.importer.loads import BATCHES, TOKEN, lines_of, words
from tests.support.servers.served import served

Case = Callable[["Loader"], None]
LOAD_CASES: dict[str, Case] = {}
CSV, NDJSON = "text/csv", "application/x-ndjson"


def case(promise: Case) -> Case:
    LOAD_CASES[promise.__name__] = promise
    return promise


class Loader(Rows):
    """A resource behind ``catalog``, with empty tables, and an ``importer`` that loads it at once."""

    def __init__(self, catalog: FlaskClient, resource: Resource, importer: FlaskClient) -> None:
        super().__init__(calling(catalog), resource)
        self.catalog, self.importer = catalog, importer

    def load(self, rows: list[dict[str, Any]], **options: str) -> Any:
        return self.sent("".join(f"{json.dumps(row)}\n" for row in rows), NDJSON, **options)

    def sent(self, body: str, content_type: str, **options: str) -> Any:
        query = {"operation": f"load_{self.resource.name}", **options}
        return self._batch(
            self.importer.post(BATCHES, query_string=query, data=body.encode(), content_type=content_type)
        )

    def follow_up(self, batch: Any, what: str) -> Any:
        return self._batch(self.importer.post(f"{BATCHES}/{batch['id']}/{what}"))

    def _batch(self, answer: Any) -> Any:
        assert answer.status_code == 202, f"a load of right rows is refused as a whole: {answer.text}"
        return answer.get_json()

    def words(self, batch: Any) -> list[str]:
        """What became of each row: the change, or the code of what is wrong."""
        return words(self.importer, batch)


@contextmanager
def loading(app: Flask, database: str) -> Iterator[FlaskClient]:
    """An importer that computes at once, before the catalog behind a socket."""
    with served(app) as address:
        settings = Settings(
            sqlalchemy_database_uri=database, service_token=TOKEN, catalog_url=address, celery_task_always_eager=True
        )
        yield create_app(settings).test_client()


@case
def dry_run_and_load(one: Loader) -> None:
    rows = [one.row(1), one.row(2)]
    assert one.words(one.load(rows, dry_run="true")) == ["created"] * 2, "a dry run finds fault with right rows"
    assert one.all() == [], "a dry run writes"
    assert one.words(one.load(rows)) == ["created"] * 2, "right rows are not loaded"
    known = [{**row, "id": made["id"]} for row, made in zip(rows, one.all(), strict=True)]
    again = one.load(known, on_conflict="update")
    assert one.words(again) == ["unchanged"] * 2, "what was loaded is not what was sent"


@case
def undo(one: Loader) -> None:
    """What somebody has changed since stays."""
    batch = one.load([one.row(1), one.row(2)])
    kept, _ = one.all()
    other = one.row(3)
    change = {field.name: other[field.name] for field in one.fields if field.name not in ("id", *one.references)}
    changed = one.call("PUT", f"{one.path}{kept['id']}", change)
    undone = one.follow_up(batch, "undo")
    left = [] if changed == kept else [changed]
    assert one.all() == left, "an undo leaves what it made, or takes what was changed since"
    assert undone["changes"] == {"removed": 2 - len(left)}, "an undo says another number than it removed"


@case
def retry(one: Loader) -> None:
    """Of a row whose place was taken, where a row can take one."""
    if one.resource.is_made and not one.resource.unique:
        return
    holder = one.add(1)
    batch = one.load([one.row(1), one.row(2)])
    assert batch["outcomes"]["ok"] == 1, "a row whose place is taken is loaded, or costs its neighbour"
    one.call("DELETE", f"{one.path}{holder['id']}")
    assert one.words(one.follow_up(batch, "retry")) == ["created"], "a row that failed does not come right by a retry"
    assert len(one.all()) == 2, "a retry loads what was loaded before"


@case
def export_is_loaded(one: Loader) -> None:
    """What is only shown is passed over."""
    one.add(1)
    one.add(2)
    table = one.catalog.get(f"{one.path}?format=csv").data.decode("utf-8-sig")
    assert one.words(one.sent(table, CSV, on_conflict="update")) == ["unchanged"] * 2, "its CSV is another row"


@case
def titles_are_heads(one: Loader) -> None:
    """Under the title of a reference stands the name of what it is to."""
    row = one.row(1)
    for field, other in one.references.items():
        if row[field] is not None:
            row[field] = one.call("GET", f"/api/{other.name}/{row[field]}")[other.shown]
    table = io.StringIO(newline="")
    heads = [field.title or name_field(field.name) for field in one.fields]
    csv.writer(table).writerows([heads, [_cell(value) for value in row.values()]])
    (line,) = lines_of(one.importer, one.sent(table.getvalue(), CSV))
    said = f"a table with titles for heads is not loaded: {line.get('field')} {line.get('detail')}"
    assert line["outcome"] == "ok", said


def _cell(value: Any) -> str:
    return "" if value is None else json.dumps(value) if isinstance(value, bool) else str(value)
