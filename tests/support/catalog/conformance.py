"""What every resource of the catalog promises, as cases that need nothing but its schema."""

import csv
import io
from collections.abc import Callable
from typing import Any

import jsonschema
from flask.testing import FlaskClient

from catalog.crud.resource import Resource
from stackroom_kit.openapi import PATH
from tests.support.catalog.rows import Rows, calling

Case = Callable[["Subject"], None]
OTHER = {"string": 7, "integer": "x", "number": "x", "boolean": "x"}  # of a type that the field has not
CASES: dict[str, Case] = {}


def case(promise: Case) -> Case:
    CASES[promise.__name__] = promise
    return promise


class Subject(Rows):
    """A resource behind ``client``, with empty tables."""

    def __init__(self, client: FlaskClient, resource: Resource) -> None:
        super().__init__(calling(client), resource)
        self.client = client

    def bulk(self, items: list[Any], query: str = "") -> list[dict[str, Any]]:
        answer = self.client.post(f"{self.path}bulk?{query}", json={"items": items})
        assert answer.status_code == 200, f"its bulk call refuses right rows as a whole: {answer.text}"
        outcomes: list[dict[str, Any]] = answer.get_json()["outcomes"]
        return outcomes

    def refuses(self, values: dict[str, Any], field: str) -> None:
        answer = self.client.post(self.path, json={**self.row(9), **values})
        pointers = [one["pointer"] for one in answer.get_json().get("errors", ())]
        assert (answer.status_code, pointers) == (400, [f"/{field}"]), f"{field}: {values!r} is not refused by name"


@case
def calls(subject: Subject) -> None:
    made = subject.add(1)
    one = f"{subject.path}{made['id']}"
    assert list(made) == [field.name for field in subject.resource.schema.fields], "a row shows other fields"
    assert subject.client.get(one).get_json() == made, "a GET shows another row than the POST"
    assert subject.client.put(one, json={}).get_json() == made, "a PUT changes what it leaves out"
    assert subject.client.delete(one).get_json() == {"status": "deleted", "id": made["id"]}, "DELETE names no row"
    assert subject.client.get(one).status_code == 404, "a deleted row is still there"


@case
def etag(subject: Subject) -> None:
    one = f"{subject.path}{subject.add(1)['id']}"
    tag = subject.client.get(one).headers.get("ETag", "")
    assert tag, "a GET of one row has no ETag"
    assert subject.client.get(one, headers={"If-None-Match": tag}).status_code == 304, "its ETag gives no 304"
    assert subject.client.put(one, json={}, headers={"If-Match": '"old"'}).status_code == 412, "PUT takes a stale ETag"
    assert subject.client.delete(one, headers={"If-Match": '"old"'}).status_code == 412, "DELETE takes a stale ETag"


@case
def limits(subject: Subject) -> None:
    for field in subject.fields:
        if field.max_length is not None and field.types[0] == "string":
            subject.refuses({field.name: "x" * (field.max_length + 1)}, field.name)
        if field.maximum is not None and field.name not in subject.references:
            subject.refuses({field.name: int(field.maximum) + 1}, field.name)


@case
def bad_input(subject: Subject) -> None:
    for field in subject.fields:
        subject.refuses({field.name: OTHER[field.types[0]]}, field.name)
        if not field.is_nullable:
            subject.refuses({field.name: None}, field.name)
    subject.refuses({"no_such_field": 1}, "no_such_field")
    assert subject.client.get(subject.path).get_json()["total"] == 0, "what was refused was kept"


@case
def cursors_and_sort(subject: Subject) -> None:
    ids = [subject.add(number)["id"] for number in range(1, 6)]
    for word in (name for field in subject.fields for name in (field.name, f"-{field.name}")):
        seen: list[Any] = []
        query: dict[str, Any] = {"limit": 2, "sort": word}
        while query.get("after", "") is not None and len(seen) <= len(ids):
            page = subject.client.get(subject.path, query_string=query).get_json()
            seen += [row["id"] for row in page["items"]]
            query["after"] = page["next"]
        assert sorted(seen) == ids, f"pages sorted by {word} have not every row once: {seen}"
        if word in ("id", "-id"):
            assert seen == ids[:: -1 if word == "-id" else 1], f"pages are not sorted by {word}"


@case
def csv_both_ways(subject: Subject) -> None:
    made = subject.add(1)
    text = subject.client.get(f"{subject.path}?format=csv").data.decode("utf-8-sig")
    head, cells = csv.reader(io.StringIO(text, newline=""))
    assert head == list(made), "the CSV has other columns than a row has fields"
    schema = subject.resource.schema
    item = {name: schema.cell(name, cell) for name, cell in zip(head, cells, strict=True) if name in schema.own}
    (outcome,) = subject.bulk([{"id": made["id"], **item}], "on_conflict=update")
    assert outcome["outcome"] == "unchanged", f"a row of its CSV does not come back as it was: {outcome}"


@case
def bulk(subject: Subject) -> None:
    rows = [subject.row(number) for number in (1, 2)]
    first, wrong, last = subject.bulk([rows[0], 5, rows[1]])
    outcomes = (first["outcome"], wrong["outcome"], last["outcome"])
    assert outcomes == ("created", "failed", "created"), "a wrong item costs its neighbours"
    known = [{**row, "id": made["id"]} for row, made in zip(rows, (first, last), strict=True)]
    again = subject.bulk(known, "on_conflict=update")
    assert [one["outcome"] for one in again] == ["unchanged"] * 2, "the same rows once more are a change"
    assert subject.bulk(known[:1], "on_conflict=fail")[0]["outcome"] == "failed", "an id that is taken is taken again"


@case
def references(subject: Subject) -> None:
    for name, other in subject.references.items():
        subject.refuses({name: 2**30}, name)
        made = subject.add(1)
        kept = subject.client.delete(f"/api/{other.name}/{made[name]}")
        assert kept.status_code == 409, f"a row of {other.name} that {name} names can be deleted"
        subject.client.delete(f"{subject.path}{made['id']}")


@case
def openapi(subject: Subject) -> None:
    paths = subject.client.get(PATH).get_json()["paths"]
    for path in ("", "{row_id}", "bulk"):
        assert subject.path + path in paths, f"its OpenAPI document lacks {subject.path}{path}"
    schema = jsonschema.Draft202012Validator(subject.resource.schema.to_json())
    assert schema.is_valid(subject.add(1)), "a row is not what its schema says"
