"""``POST /api/<resource>/bulk`` for everybody; ``/internal/…`` for the importer, with the service token."""

from typing import Any

import msgspec
from flask import Blueprint, Response, request
from sqlalchemy import Connection, Engine

from catalog.bulk import ledger
from catalog.bulk.caller import IMPORTER, caller_scope, request_key, require_importer
from catalog.bulk.calls import Applier
from catalog.bulk.ledger import Key
from catalog.bulk.outcomes import answer, undone
from catalog.bulk.plain import PlainReader
from catalog.bulk.remove import Removal, RemoveItem
from catalog.bulk.upsert import Options, Upsert
from catalog.crud.resource import Resource
from catalog.settings import Settings
from stackroom_kit.arguments import choice_argument, refuse_unknown_arguments
from stackroom_kit.idempotency import checked_key
from stackroom_kit.problems import FieldError, bad_request, too_large, wrong_at
from stackroom_kit.strict_json import json_body, json_object
from stackroom_sql.engine import transaction

ON_CONFLICT = ("fail", "skip", "update")
BOOLEANS = ("true", "false")


def _options() -> Options:
    refuse_unknown_arguments({"on_conflict", "atomic", "dry_run"})
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
        raise wrong_at("/items", "items_missing", detail)
    return items


def _check_number(items: int, max_items: int) -> None:
    if items > max_items:
        raise too_large(f"One call may have at most {max_items} items.", code="too_many_items")


class BulkCalls:
    """The bulk calls of one resource."""

    def __init__(self, resource: Resource, engine: Engine, settings: Settings, applier: Applier) -> None:
        repository = resource.repository(engine)
        self._upsert = Upsert(resource, repository)
        self._removal = Removal(repository)
        self._reader = PlainReader(resource.schema, resource.reference.name_field if resource.reference else None)
        self._settings = settings
        self._applier = applier

    def upsert(self) -> Response:
        """An outcome for every item, in their order."""
        options = _options()
        key = request_key(caller_scope(self._settings.service_token))
        plain = self._reader.read(json_body())
        items = _items() if plain is None else plain
        _check_number(len(items) if isinstance(items, list) else len(items.ids), self._settings.max_bulk_items)
        self._applier.check_can_apply()

        def work(connection: Connection) -> tuple[dict[str, Any], bool]:
            outcomes = self._upsert.run(connection, items, options.on_conflict)
            if options.atomic and any(one["outcome"] == "failed" for one in outcomes):
                return answer(undone(outcomes), options.dry_run), False
            return answer(outcomes, options.dry_run), not options.dry_run

        return self._answer(*self._applier.apply(key, work))

    def remove(self) -> Response:
        """Rows that still have the ETag that is named; what was changed, is used or is gone is left."""
        require_importer(self._settings.service_token)
        refuse_unknown_arguments(())
        items = [_remove_item(item) for item in _items()]
        _check_number(len(items), self._settings.max_bulk_items)
        key = request_key(caller_scope(self._settings.service_token))
        self._applier.check_can_apply()

        def work(connection: Connection) -> tuple[dict[str, Any], bool]:
            return answer(self._removal.run(connection, items), dry_run=False), True

        return self._answer(*self._applier.apply(key, work))

    def _answer(self, body: str, is_repeated: bool) -> Response:
        headers = {"Idempotent-Replayed": "true"} if is_repeated else {}
        return Response(body, content_type="application/json", headers=headers)


def _remove_item(item: Any) -> RemoveItem:
    try:
        return msgspec.convert(item, RemoveItem)
    except msgspec.ValidationError as error:
        raise bad_request(f"{error}.", FieldError("/items", "wrong_item", f"{error}."), code="wrong_item") from None


def bulk_blueprint(resources: tuple[Resource, ...], engine: Engine, settings: Settings) -> Blueprint:
    blueprint = Blueprint("bulk", __name__)
    applier = Applier(engine, settings.applied_retention_days)
    for resource in resources:
        calls = BulkCalls(resource, engine, settings, applier)
        blueprint.post(f"/api/{resource.name}/bulk", endpoint=f"bulk_{resource.name}")(calls.upsert)
        blueprint.post(f"/internal/{resource.name}/remove", endpoint=f"remove_{resource.name}")(calls.remove)

    @blueprint.post("/internal/applied/<key>/close")
    def close_key(key: str) -> dict[str, Any]:
        """Nothing is ever applied under this key any more, or the answer of what was."""
        require_importer(settings.service_token)
        refuse_unknown_arguments(())
        request.get_data()
        applier.check_can_apply()
        with transaction(engine) as connection:
            return ledger.close(connection, Key(IMPORTER, checked_key(key)))

    return blueprint
