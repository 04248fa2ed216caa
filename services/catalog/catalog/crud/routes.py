"""The five calls of a resource: what they take and answer, said once for all resources."""

from collections.abc import Iterable

from werkzeug.routing import BaseConverter

from catalog.crud.calls import Calls
from catalog.crud.listing import FORMATS, MAX_CURSOR, MAX_LIMIT
from catalog.crud.refusals import unknown_kind
from catalog.crud.repository import Repository
from catalog.crud.resource import Resource
from catalog.crud.shapes import DeletedRow, Shapes, shapes_of
from catalog.problems import BROKEN_RULE, EXISTS, IN_USE, NEEDS_LIMIT, NOT_UNIQUE, SEARCH_TOO_SLOW, WRONG_FIELDS
from stackroom_kit.api import JSON, Answer, Api, Parameter, json_of
from stackroom_kit.arguments import choice_parameter, integer_parameter, text_parameter
from stackroom_kit.csv import DELIMITERS
from stackroom_kit.cursor import BAD_CURSOR
from stackroom_kit.problems import NOT_FOUND, PRECONDITION_FAILED
from stackroom_kit.schema import Field
from stackroom_kit.strict_json import OBJECT_PROBLEMS
from stackroom_sql.problems import DATABASE_PROBLEMS

IF_MATCH = Parameter("If-Match", {"type": "string"}, "Only if the row still has this ETag, else 412.", "header")
IF_NONE_MATCH = Parameter("If-None-Match", {"type": "string"}, "304 if the row still has this ETag.", "header")
ETAG = {"ETag": "A hash of the row, for If-Match and If-None-Match."}
WRITTEN = (*OBJECT_PROBLEMS, WRONG_FIELDS, BROKEN_RULE, NOT_UNIQUE)


class RowId(BaseConverter):
    """ASCII digits alone; whatever else stands there is no row, and may be a call of its own (``bulk``)."""

    regex = "-?[0-9]{1,19}"


def crud_blueprint(repository: Repository) -> Api:
    """``/api/<name>/`` and ``/api/<name>/<id>``."""
    resource, calls = repository.resource, Calls(repository)
    name, shapes = resource.name, shapes_of(resource)
    row_id = _row_id(resource.id_field)
    api = Api(name, __name__, f"/api/{name}", path_parameters=(row_id,), problems=DATABASE_PROBLEMS)
    api.record(lambda state: state.app.url_map.converters.update(row=RowId))
    _add_reading(api, repository, shapes, calls)
    _add_writing(api, resource, shapes, calls)
    return api


def _add_reading(api: Api, repository: Repository, shapes: Shapes, calls: Calls) -> None:
    name = repository.resource.name
    api.call(
        "GET",
        "/",
        name=f"list_{name}",
        right="reader",
        parameters=_paging(repository.sortable),
        answers={200: _rows(shapes.listed)},
        problems=(BAD_CURSOR, NEEDS_LIMIT, SEARCH_TOO_SLOW),
    )(calls.list_items)
    api.call(
        "GET",
        "/<row:row_id>",
        name=f"read_{name}",
        right="reader",
        parameters=(IF_NONE_MATCH,),
        answers={200: _shown(shapes), 304: Answer("The row is as it was.", headers=ETAG)},
    )(calls.read_item)


def _add_writing(api: Api, resource: Resource, shapes: Shapes, calls: Calls) -> None:
    name = resource.name
    written = (*WRITTEN, *dict.fromkeys(map(unknown_kind, resource.references)))
    api.call(
        "POST",
        "/",
        name=f"create_{name}",
        right="editor",
        body={JSON: shapes.new},
        answers={201: Answer("The new row.", {JSON: shapes.shown}, {**ETAG, "Location": "Where the row is."})},
        problems=written if resource.is_made else (*written, EXISTS),
    )(calls.create_item)
    api.call(
        "PUT",
        "/<row:row_id>",
        name=f"change_{name}",
        right="editor",
        parameters=(IF_MATCH,),
        body={JSON: shapes.change},
        answers={200: _shown(shapes)},
        problems=(*written, PRECONDITION_FAILED),
    )(calls.change_item)
    api.call(
        "DELETE",
        "/<row:row_id>",
        name=f"delete_{name}",
        right="editor",
        parameters=(IF_MATCH,),
        answers={200: json_of(DeletedRow, "The row is gone.")},
        problems=(PRECONDITION_FAILED, IN_USE),
    )(calls.remove_item)


def _shown(shapes: Shapes) -> Answer:
    return Answer("The row.", {JSON: shapes.shown}, ETAG)


def _rows(listed: type) -> Answer:
    return Answer(
        "The rows; as CSV where `format` or `Accept` asks for it.",
        {JSON: listed, "text/csv": {"type": "string"}},
        sometimes={"Content-Disposition": "A name for the CSV."},
    )


def _row_id(field: Field) -> Parameter:
    schema = {"type": "integer", "minimum": field.minimum, "maximum": field.maximum}
    return Parameter("row_id", schema, "The id of the row.", "path", (NOT_FOUND,))


def _paging(sortable: Iterable[str]) -> tuple[Parameter, ...]:
    words = [f"{sign}{name}" for name in sortable for sign in ("", "-")]
    after = "The `next` of the page before: an id where the order is by id. Only together with `limit`."
    return (
        integer_parameter("limit", "Rows of a page; all rows without it.", None, 1, MAX_LIMIT),
        text_parameter("after", after, MAX_CURSOR, type=["integer", "string"]),
        text_parameter("q", "Only rows that hold this text, whatever its case, or whose id it is."),
        choice_parameter("sort", "Order by a field; with - the other way round.", "id", words),
        choice_parameter("format", "As JSON or as CSV; without it `Accept` says.", None, FORMATS),
        choice_parameter("delimiter", "Of a CSV; Excel in Russian opens one with `;`.", ",", DELIMITERS),
    )
