"""``POST /api/<resource>/bulk`` for everybody; ``/internal/…`` for the importer, with the service token."""

from typing import Annotated, Any

import msgspec
from flask import Blueprint, Response, request
from msgspec import Meta
from sqlalchemy import Connection, Engine

from catalog.bulk import applied_keys
from catalog.bulk.applied_keys import KEY_CLOSED, Key
from catalog.bulk.caller import (
    IMPORTER,
    OPTIONAL_TOKEN,
    WRONG_SERVICE_TOKEN,
    caller_scope,
    request_key,
    require_importer,
)
from catalog.bulk.idempotent import IdempotentCalls
from catalog.bulk.outcomes import BulkAnswer, answer, undone
from catalog.bulk.reader import ItemReader
from catalog.bulk.remove import Removal, RemoveItem
from catalog.bulk.upsert import Options, Upsert
from catalog.crud.body import ALLOWED_TEXT
from catalog.crud.repository import Repository
from catalog.crud.resource import Resource
from catalog.crud.shapes import body_of, fields_of
from catalog.problems import (
    ITEMS_MISSING,
    NEEDS_POSTGRESQL,
    TOO_MANY_ITEMS,
    WRONG_ITEM,
)
from catalog.settings import Settings
from stackroom_kit.api import JSON, Answer, Api, Parameter, json_of
from stackroom_kit.arguments import choice_argument, choice_parameter
from stackroom_kit.idempotency import KEY_PROBLEMS, checked_key, key_parameter
from stackroom_kit.strict_json import OBJECT_PROBLEMS, json_body, json_object
from stackroom_sql.engine import transaction
from stackroom_sql.problems import DATABASE_PROBLEMS

ON_CONFLICT = ("fail", "skip", "update")
BOOLEANS = ("true", "false")
PARAMETERS = (
    choice_parameter("on_conflict", "What an item does whose id is there.", "fail", ON_CONFLICT),
    choice_parameter("atomic", "Whether one failed item keeps all out.", "false", BOOLEANS),
    choice_parameter("dry_run", "Go the whole way and change nothing.", "false", BOOLEANS),
    key_parameter("Once per key."),
)
REPLAYED = {"Idempotent-Replayed": "`true` where the answer is that of an earlier call under this key."}
PROBLEMS = (
    *OBJECT_PROBLEMS, *KEY_PROBLEMS, KEY_CLOSED, WRONG_SERVICE_TOKEN, ITEMS_MISSING, TOO_MANY_ITEMS, NEEDS_POSTGRESQL,
    *DATABASE_PROBLEMS,
)  # fmt: skip


def _options() -> Options:
    return Options(
        choice_argument("on_conflict", "fail", ON_CONFLICT) or "fail",
        choice_argument("atomic", "false", BOOLEANS) == "true",
        choice_argument("dry_run", "false", BOOLEANS) == "true",
    )


def _items() -> list[Any]:
    body = json_object()
    unknown = [name for name in body if name != "items"]
    items = body.get("items")
    if unknown or not isinstance(items, list) or not items:
        detail = "The body must hold a non-empty list named items, and nothing else."
        raise ITEMS_MISSING.at("/items", detail)
    return items


def _check_number(items: int, max_items: int) -> None:
    if items > max_items:
        raise TOO_MANY_ITEMS(f"One call may have at most {max_items} items.")


class BulkCalls:
    """The bulk calls of one resource."""

    def __init__(self, repository: Repository, settings: Settings, once: IdempotentCalls) -> None:
        resource = repository.resource
        self._upsert = Upsert(repository)
        self._removal = Removal(repository)
        self._reader = ItemReader(resource)
        self._settings = settings
        self._once = once

    def upsert(self) -> Response:
        """Many rows at once; an outcome for each, in their order. A wrong item fails alone."""
        options = _options()
        key = request_key(caller_scope(self._settings.service_token))
        items = self._reader.all_at_once(json_body())
        if items is None:
            raw = _items()
            _check_number(len(raw), self._settings.max_bulk_items)
            items = self._reader.one_by_one(raw)
        _check_number(items.count, self._settings.max_bulk_items)
        self._once.check_supported()

        def work(connection: Connection, is_careful: bool) -> tuple[BulkAnswer, bool]:
            outcomes = self._upsert.run(connection, items, options.on_conflict, is_careful)
            if options.atomic and any(one.outcome == "failed" for one in outcomes):
                return answer(undone(outcomes), options.dry_run), False
            return answer(outcomes, options.dry_run), not options.dry_run

        return self._answer(*self._once.run(key, work))

    def remove(self) -> Response:
        """Rows that still have the ETag that is named; what was changed, is used or is gone is left."""
        require_importer(self._settings.service_token)
        items = [_remove_item(item) for item in _items()]
        _check_number(len(items), self._settings.max_bulk_items)
        key = request_key(caller_scope(self._settings.service_token))
        self._once.check_supported()

        def work(connection: Connection, _is_careful: bool) -> tuple[BulkAnswer, bool]:
            return answer(self._removal.run(connection, items), dry_run=False), True

        return self._answer(*self._once.run(key, work))

    def _answer(self, body: str, is_repeated: bool) -> Response:
        headers = {"Idempotent-Replayed": "true"} if is_repeated else {}
        return Response(body, content_type=JSON, headers=headers)


def _remove_item(item: Any) -> RemoveItem:
    try:
        return msgspec.convert(item, RemoveItem)
    except msgspec.ValidationError as error:
        raise WRONG_ITEM.at("/items", f"{error}.") from None


def _items_shape(resource: Resource, max_items: int) -> dict[str, Any]:
    """An item may leave out what stays as it is; it may name what it belongs to instead of that one's id."""
    fields, is_made = fields_of(resource.schema), resource.is_made
    note = "A new row has no `id`" if is_made else "Only `id` is always needed"
    note += "; a field that is left out stays as it is, or is what the server puts into a new row."
    for reference in resource.references:
        named = Meta(pattern=ALLOWED_TEXT, description=f"Its name, instead of {reference.field}.")
        fields[reference.named] = Annotated[str, named] | None
        if not reference.column.nullable:
            note += f" A new row needs {reference.field} or {reference.named}."
    item = body_of(f"{resource.name}_item", fields, () if is_made else ("id",), note)
    items = {"type": "array", "minItems": 1, "maxItems": max_items, "items": item}
    return {"type": "object", "properties": {"items": items}, "required": ["items"], "additionalProperties": False}


def _bulk_api(resource: Resource, calls: BulkCalls, max_items: int) -> Api:
    name = resource.name
    api = Api(f"{name}_bulk", __name__, f"/api/{name}/bulk", tag=name)
    api.call(
        "POST",
        "",
        name=f"bulk_{name}",
        right="editor",
        parameters=PARAMETERS,
        body={JSON: _items_shape(resource, max_items)},
        answers={200: Answer("The outcomes.", {JSON: BulkAnswer}, sometimes=REPLAYED)},
        problems=PROBLEMS,
        security=OPTIONAL_TOKEN,
    )(calls.upsert)
    return api


def bulk_blueprint(repositories: list[Repository], engine: Engine, settings: Settings) -> Blueprint:
    blueprint, internal = Blueprint("bulk", __name__), Api("internal", __name__, "/internal")
    once = IdempotentCalls(engine, settings.applied_retention_days)
    for repository in repositories:
        resource, calls = repository.resource, BulkCalls(repository, settings, once)
        blueprint.register_blueprint(_bulk_api(resource, calls, settings.max_bulk_items))
        internal.call(
            "POST",
            f"/{resource.name}/remove",
            name=f"remove_{resource.name}",
            right="service",
            answers={200: json_of(BulkAnswer, "The outcomes.")},
        )(calls.remove)

    @internal.call(
        "POST",
        "/applied/<key>/close",
        right="service",
        parameters=(Parameter("key", {"type": "string"}, "The key.", "path"),),
        answers={200: json_of(dict[str, Any], "The key is closed, or what was applied under it.")},
    )
    def close_key(key: str) -> dict[str, Any]:
        """Nothing is ever applied under this key any more, or the answer of what was."""
        require_importer(settings.service_token)
        request.get_data()
        once.check_supported()
        with transaction(engine) as connection:
            return applied_keys.close(connection, Key(IMPORTER, checked_key(key)))

    blueprint.register_blueprint(internal)
    return blueprint
