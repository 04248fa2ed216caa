"""A route declares itself once, and the document is made of that."""

from typing import Annotated, Any

import msgspec
import pytest
from flask import Flask

from stackroom_kit.api import Answer, Api, Parameter, json_answer, json_of
from stackroom_kit.openapi import Document
from stackroom_kit.problems import BAD_REQUEST, INTERNAL_ERROR, NOT_FOUND, TOO_LARGE, register_problems

ABOUT = Document("Shelves", "A service of shelves.", (INTERNAL_ERROR,), ("bad_text",))
ID = Parameter("id", {"type": "string"}, "The id of the shelf.", "path")


class Shelf(msgspec.Struct):
    label: Annotated[str, msgspec.Meta(description="What stands on it.")]
    books: int | msgspec.UnsetType = msgspec.UNSET


class NewShelf(msgspec.Struct, forbid_unknown_fields=True):
    label: str


def shelves() -> str:
    """All shelves."""
    return ""


def one_shelf(id: str) -> str:  # noqa: A002 - the name in the path
    """One shelf."""
    return id


def app_of(api: Api) -> Flask:
    app = Flask("shelves")
    app.register_blueprint(api)
    return app


def operation(api: Api, path: str, method: str) -> dict[str, Any]:
    found: dict[str, Any] = ABOUT.of(app_of(api))["paths"][path][method]
    return found


def test_route_is_described_as_it_is_declared() -> None:
    api = Api("shelves", __name__, "/api/shelves", tag="register")
    answers = {200: json_of(Shelf, "The shelf.")}

    @api.call("GET", "/<id>", right="reader", answers=answers, parameters=(ID,), problems=(NOT_FOUND,))
    def read_shelf(id: str) -> Any:  # noqa: A002 - the name in the path
        """One shelf.

        With what stands on it.
        """
        return json_answer(Shelf(f"shelf {id}"))

    found = operation(api, "/api/shelves/{id}", "get")
    assert (found["operationId"], found["tags"]) == ("read_shelf", ["register"])
    assert (found["summary"], found["description"]) == ("One shelf.", "With what stands on it.")
    assert found["x-stackroom-right"] == "reader"
    assert list(found["responses"]) == ["200", "404", "500"]
    schemas = ABOUT.of(app_of(api))["components"]["schemas"]
    assert schemas["Shelf"]["required"] == ["label"]
    assert schemas["Shelf"]["properties"]["label"] == {"type": "string", "description": "What stands on it."}
    answer = app_of(api).test_client().get("/api/shelves/7")
    assert (answer.get_json(), answer.content_type) == ({"label": "shelf 7"}, "application/json")


def test_body_is_described_with_types_inside_a_schema_and_by_a_function() -> None:
    api = Api("shelves", __name__, "/api/shelves")
    body = {"application/json": lambda: {"type": "array", "maxItems": 7, "items": NewShelf}}
    api.call("POST", "", right="editor", answers={204: Answer("Done.")}, name="make", body=body)(shelves)
    found = operation(api, "/api/shelves", "post")
    schema = found["requestBody"]["content"]["application/json"]["schema"]
    assert schema == {"type": "array", "maxItems": 7, "items": {"$ref": "#/components/schemas/NewShelf"}}
    sent = ABOUT.of(app_of(api))["components"]["schemas"]["NewShelf"]
    assert sent["properties"]["label"] == {"type": "string", "pattern": r"^[^\x00]*$"}
    assert {"403", "411", "413"} <= set(found["responses"])


def test_calls_of_an_api_share_its_problems_and_the_parameters_that_their_paths_name() -> None:
    shelf, book = (Parameter(name, {"type": "string"}, "Its id.", "path", (NOT_FOUND,)) for name in ("id", "book"))
    api = Api("shelves", __name__, "/api/shelves", path_parameters=(shelf, book), problems=(TOO_LARGE,))
    answers = {200: Answer("It.")}
    query = Parameter("q", {"type": "string"}, "A text.")
    api.call("GET", "", right="reader", answers=answers, parameters=(query,))(shelves)
    api.call("GET", "/<uuid:id>", right="reader", answers=answers, problems=(BAD_REQUEST,))(one_shelf)
    every, one = operation(api, "/api/shelves", "get"), operation(api, "/api/shelves/{id}", "get")
    assert [found["name"] for found in every["parameters"]] == ["q"]
    assert [found["name"] for found in one["parameters"]] == ["id"]
    assert list(every["responses"]) == ["200", "413", "500"]
    assert list(one["responses"]) == ["200", "400", "404", "413", "500"]


def test_right_must_be_one_that_there_is() -> None:
    api: Any = Api("shelves", __name__)
    with pytest.raises(ValueError, match="'boss'; known: reader, operator, editor, admin, worker"):
        api.call("GET", "/", right="boss", answers={})(shelves)


def test_parameter_of_a_path_must_be_described() -> None:
    api = Api("shelves", __name__, "/api/shelves")
    api.call("GET", "/<id>", right="reader", answers={200: Answer("It.")})(shelves)
    with pytest.raises(ValueError, match=r"shelves describes \[\] of the path /api/shelves/<id>"):
        ABOUT.of(app_of(api))


def test_route_must_have_a_docstring() -> None:
    with pytest.raises(ValueError, match="silent has no docstring"):
        Api("shelves", __name__).call("GET", "/", right="reader", answers={}, name="silent")(lambda: "")


@pytest.mark.parametrize(
    ("query", "takes_any_query", "expected"),
    [
        ("", False, (200, "")),
        ("?shelf=a", False, (200, "")),
        ("?book=a", False, (400, "unknown_parameter")),
        ("?id=a", False, (400, "unknown_parameter")),
        ("?shelf=a&shelf=b", False, (400, "repeated_parameter")),
        ("?book=a&shelf=a&shelf=b", True, (200, "")),
    ],
)
def test_query_parameter_that_a_route_does_not_declare_is_refused(
    query: str, takes_any_query: bool, expected: tuple[int, str]
) -> None:
    api = Api("shelves", __name__, "/api/shelves", takes_any_query=takes_any_query)
    shelf = Parameter("shelf", {"type": "string"}, "Where it stands.")
    answers = {200: Answer("It.")}
    api.call("GET", "/<id>", right="reader", answers=answers, name="read", parameters=(ID, shelf))(one_shelf)
    app = app_of(api)
    register_problems(app)
    answer = app.test_client().get(f"/api/shelves/1{query}")
    assert (answer.status_code, (answer.get_json(silent=True) or {}).get("code", "")) == expected
