"""``GET /api/resources``: what the register has, for pages and clients; ``/internal/resources`` for the importer."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from flask import Response
from msgspec import Meta

from catalog.bulk.caller import require_importer
from catalog.crud.etag import etag_of, is_unchanged
from catalog.crud.resource import Resource
from catalog.crud.routes import ETAG, IF_NONE_MATCH
from catalog.settings import Settings
from stackroom_kit.api import JSON, Answer, Api, Count, refuse_unknown_arguments

RowSchema = Annotated[dict[str, Any], Meta(description="JSON Schema of a row, as the calls show it.")]


class Titles(msgspec.Struct):
    """In English."""

    one: str
    many: str


class Described(msgspec.Struct):
    """``name`` stands in the address; ``shown`` is the field that names a row to people."""

    name: str
    titles: Titles
    schema: RowSchema
    id: Annotated[Literal["given", "made"], Meta(description="Whether the client gives a new row its id.")]
    shown: str


class DescribedList(msgspec.Struct):
    items: list[Described]
    total: Count


def register_blueprint(resources: Sequence[Resource], settings: Settings) -> Api:
    body = msgspec.json.encode(DescribedList(list(map(_described, resources)), len(resources)))
    etag = etag_of(body)
    api = Api("register", __name__)

    def answer() -> Response:
        if is_unchanged(etag):
            return Response(status=304, headers={"ETag": etag})
        return Response(body, content_type=JSON, headers={"ETag": etag})

    @api.call(
        "GET",
        "/api/resources",
        right="reader",
        parameters=(IF_NONE_MATCH,),
        answers={
            200: Answer("All of them, in their order.", {JSON: DescribedList}, ETAG),
            304: Answer("They are as they were.", headers=ETAG),
        },
    )
    def list_resources() -> Response:
        """What the register has, and what a row of each is."""
        return answer()

    @api.get("/internal/resources")
    def list_resources_for_the_importer() -> Response:
        require_importer(settings.service_token)
        refuse_unknown_arguments(())
        return answer()

    return api


def _described(resource: Resource) -> Described:
    return Described(
        resource.name,
        Titles(resource.one, resource.many),
        resource.schema.to_json(),
        "made" if resource.is_made else "given",
        resource.shown,
    )
