"""``GET /api/resources``: what the register has, for pages and clients; ``/internal/resources`` for the importer."""

from collections.abc import Sequence

import msgspec
from flask import Response

from catalog.bulk.caller import require_importer
from catalog.crud.etag import etag_of, is_unchanged
from catalog.crud.resource import Resource
from catalog.crud.routes import ETAG, IF_NONE_MATCH
from catalog.settings import Settings
from stackroom_kit.api import JSON, Answer, Api
from stackroom_kit.resources import DescribedResource, DescribedResources, Titles


def register_blueprint(resources: Sequence[Resource], settings: Settings) -> Api:
    body = msgspec.json.encode(DescribedResources(list(map(_described, resources)), len(resources)))
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
            200: Answer("All of them, in their order.", {JSON: DescribedResources}, ETAG),
            304: Answer("They are as they were.", headers=ETAG),
        },
    )
    def list_resources() -> Response:
        """What the register has, and what a row of each is."""
        return answer()

    @api.call(
        "GET",
        "/internal/resources",
        right="service",
        parameters=(IF_NONE_MATCH,),
        answers={200: Answer("All of them.", {JSON: DescribedResources}, ETAG)},
    )
    def list_resources_for_the_importer() -> Response:
        """The same for the importer."""
        require_importer(settings.service_token)
        return answer()

    return api


def _described(resource: Resource) -> DescribedResource:
    return DescribedResource(
        resource.name,
        Titles(resource.one, resource.many),
        resource.schema.to_json(),
        "made" if resource.is_made else "given",
        resource.shown,
    )
