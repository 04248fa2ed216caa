"""Right rows of any resource, made of nothing but the schema of its rows."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from catalog.crud.resource import Resource
from stackroom_kit.schema import Field

Call = Callable[..., Any]  # method, path, JSON; gives the JSON of a good answer, and AssertionError of any other


def calling(client: FlaskClient) -> Call:
    def call(method: str, path: str, value: Any = None) -> Any:
        answer = client.open(path, method=method, json=value)
        assert answer.status_code < 300, f"a right call is refused: {method} {path} {value}: {answer.text}"
        return answer.get_json()

    return call


class Rows:
    """Of a resource behind ``call``. Rows that it refers to are made where there are none."""

    def __init__(self, call: Call, resource: Resource) -> None:
        self.call, self.resource = call, resource
        self.path = f"/api/{resource.name}/"
        own = resource.schema.own_fields
        self.fields = [field for field in own if field.name != "id" or not resource.is_made]
        self.references = {one.field: one.resource for one in resource.references}

    def row(self, number: int) -> dict[str, Any]:
        """Of 1 to 9, which differ in every field that can differ."""
        return {field.name: self._value(field, number) for field in self.fields}

    def _value(self, field: Field, number: int) -> Any:
        if field.name in self.references:
            return self._referred(field, number)
        if field.enum is not None:
            return field.enum[0]
        if field.types[0] == "string":
            return _text(field, number)
        return number % 2 == 0 if field.types[0] == "boolean" else number

    def _referred(self, field: Field, number: int) -> Any:
        """The id of a row that is there. The first row of a table cannot refer to another one of it."""
        other = self.references[field.name]
        if other is self.resource:
            return None
        return Rows(self.call, other).existing(number if (field.name,) in self.resource.unique else 1)

    def existing(self, number: int = 1) -> Any:
        """The id of the row that is there under this number, counted from 1."""
        while len(rows := self.all()) < number:
            self.add(len(rows) + 1)
        return rows[number - 1]["id"]

    def all(self) -> list[dict[str, Any]]:
        return list(self.call("GET", self.path)["items"])

    def add(self, number: int, **values: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.call("POST", self.path, {**self.row(number), **values})
        return made


def _text(field: Field, number: int) -> str:
    day = f"2024-01-{number:02}"
    texts = {"date": day, "date-time": f"{day}T00:00:00Z", "decimal": _decimal(field, number)}
    return texts.get(field.format or "", f"Text {number:02}"[-(field.max_length or 7) :].lstrip())


def _decimal(field: Field, number: int) -> str:
    is_fraction = field.digits is not None and field.digits == field.places
    return f"{0 if is_fraction else number}{'' if field.places == 0 else f'.{number}'}"
