"""What the five calls of a resource do."""

from collections.abc import Generator
from itertools import chain
from typing import Any, NoReturn

import msgspec
from flask import Response, request
from sqlalchemy.exc import IntegrityError

from catalog.crud.body import BodyCheck
from catalog.crud.cells import cells_of
from catalog.crud.etag import etag_of, is_stale, is_unchanged
from catalog.crud.listing import csv_delimiter, id_of, listing_of_request
from catalog.crud.refusals import in_use, refuse
from catalog.crud.repository import Repository
from catalog.crud.shapes import DeletedRow
from stackroom_kit.api import JSON, json_answer
from stackroom_kit.csv import csv_blocks
from stackroom_kit.problems import NOT_FOUND, PRECONDITION_FAILED
from stackroom_kit.public_path import public_path
from stackroom_kit.strict_json import json_object


def in_blocks(blocks: Generator[bytes, None, None], **options: Any) -> Response:
    """What fails before the first block is an error like any other; what fails later breaks the connection.

    One block alone is sent with its length.
    """
    first = next(blocks)
    second = next(blocks, None)
    if second is None:
        return Response(first, **options)
    answer = Response(chain((first, second), blocks), **options)
    answer.call_on_close(blocks.close)
    return answer


class Calls:
    """One resource's calls."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._name = repository.resource.name
        self._body = BodyCheck(repository.resource.schema, repository.resource.is_made)
        self._cells = cells_of(repository.resource.schema)
        self._id_field = repository.resource.id_field
        self._sortable = repository.sortable

    def list_items(self) -> Response:
        """All rows by id, or pages of them."""
        listing = listing_of_request(self._sortable)
        delimiter = csv_delimiter()
        lists = self._repository.lists
        if delimiter is not None:
            rows = csv_blocks(self._repository.names, self._cells(lists.row_blocks(listing)), delimiter)
            headers = {"Content-Disposition": f'attachment; filename="{self._name}.csv"'}
            return in_blocks(rows, content_type="text/csv; charset=utf-8", headers=headers)
        if listing.limit is None:
            return in_blocks(lists.json_blocks(listing), content_type=JSON)
        page = lists.page(listing)
        following = msgspec.json.encode(page.following)
        body = b'{"items":%b,"total":%d,"next":%b}' % (page.items.encode(), page.total, following)
        return Response(body, content_type=JSON)

    def read_item(self, row_id: str) -> Response:
        """One row."""
        response = self._shown(self._existing(row_id))
        if is_unchanged(response.headers["ETag"]):
            return Response(status=304, headers={"ETag": response.headers["ETag"]})
        return response

    def create_item(self) -> Response:
        """Make a row."""
        values = self._body.new(json_object())
        try:
            row_id = self._repository.insert(values)
        except IntegrityError as error:
            refuse(self._repository, error, values)
        response = self._shown(self._existing(str(row_id)), 201)
        response.headers["Location"] = public_path(f"/api/{self._name}/{row_id}")
        return response

    def change_item(self, row_id: str) -> Response:
        """Change the fields that the body names; null clears, what is left out stays."""
        row = self._existing(row_id)
        values = self._body.changes(json_object(), row["id"])
        seen = self._seen(row)
        try:
            is_there = self._repository.update(row["id"], values, seen) if values else True
        except IntegrityError as error:
            refuse(self._repository, error, values)
        if not is_there:
            self._refuse_stale(row["id"], seen)
        return self._shown(self._existing(row_id))

    def remove_item(self, row_id: str) -> Response:
        """Delete a row that nothing uses."""
        row = self._existing(row_id)
        seen = self._seen(row)
        try:
            is_gone = self._repository.delete(row["id"], seen)
        except IntegrityError as error:
            raise in_use(self._repository, error, row["id"]) from None
        if not is_gone:
            self._refuse_stale(row["id"], seen)
        return json_answer(DeletedRow("deleted", row["id"]))

    def _existing(self, row_id: str) -> dict[str, Any]:
        number = id_of(row_id, self._id_field)
        row = None if number is None else self._repository.get(number)
        if row is None:
            raise NOT_FOUND(f"There is no row {row_id[:20]!r} in {self._name}.")
        return row

    def _shown(self, row: dict[str, Any], status: int = 200) -> Response:
        body = msgspec.json.encode(row)
        return Response(body, status, content_type=JSON, headers={"ETag": etag_of(body)})

    def _seen(self, row: dict[str, Any]) -> dict[str, Any] | None:
        """The row that the client's If-Match names, to be checked again inside the statement; 412 if it is another."""
        if "If-Match" not in request.headers:
            return None
        etag = etag_of(msgspec.json.encode(row))
        if is_stale(etag):
            raise PRECONDITION_FAILED("The row was changed in between.", headers={"ETag": etag})
        return row

    def _refuse_stale(self, row_id: int, seen: dict[str, Any] | None) -> NoReturn:
        """The row vanished or changed between the look and the statement."""
        now = self._existing(str(row_id))
        detail = "The row was changed in between."
        raise PRECONDITION_FAILED(detail, headers={"ETag": etag_of(msgspec.json.encode(now))} if seen else None)
