"""What the five calls of a resource do."""

from collections.abc import Generator
from itertools import chain
from typing import Any, NoReturn

import msgspec
from flask import Response, request
from sqlalchemy.exc import IntegrityError

from catalog.crud.etag import etag_of, is_stale, is_unchanged
from catalog.crud.listing import csv_delimiter, listing_of_request
from catalog.crud.repository import Repository
from catalog.crud.schema import INT32
from catalog.crud.shapes import DeletedRow
from catalog.problems import EXISTS, IN_USE, UNKNOWN_GROUP
from stackroom_kit.api import JSON, json_answer
from stackroom_kit.csv import csv_blocks
from stackroom_kit.problems import (
    NOT_FOUND,
    PRECONDITION_FAILED,
    Problem,
)
from stackroom_kit.public_path import public_path
from stackroom_kit.strict_json import json_object
from stackroom_sql.errors import Violation, violation_of


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
        self._schema = repository.resource.schema

    def list_items(self) -> Response:
        """All rows by id, or pages of them."""
        listing = listing_of_request(self._repository.sortable)
        delimiter = csv_delimiter()
        lists = self._repository.lists
        if delimiter is not None:
            rows = csv_blocks(self._repository.names, lists.row_blocks(listing), delimiter)
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
        values = self._schema.new(json_object())
        try:
            self._repository.insert(values)
        except IntegrityError as error:
            self._refuse(error, values)
        response = self._shown(self._existing(str(values["id"])), 201)
        response.headers["Location"] = public_path(f"/api/{self._name}/{values['id']}")
        return response

    def change_item(self, row_id: str) -> Response:
        """Change the fields that the body names; null clears, what is left out stays."""
        row = self._existing(row_id)
        values = self._schema.changes(json_object(), row["id"])
        seen = self._seen(row)
        try:
            is_there = self._repository.update(row["id"], values, seen) if values else True
        except IntegrityError as error:
            self._refuse(error, values)
        if not is_there:
            self._refuse_stale(row["id"], seen)
        return self._shown(self._existing(row_id))

    def remove_item(self, row_id: str) -> Response:
        """Delete a row that nothing uses."""
        row = self._existing(row_id)
        seen = self._seen(row)
        try:
            is_gone = self._repository.delete(row["id"], seen)
        except IntegrityError:
            raise self._in_use(row["id"]) from None
        if not is_gone:
            self._refuse_stale(row["id"], seen)
        return json_answer(DeletedRow("deleted", row["id"]))

    def _existing(self, row_id: str) -> dict[str, Any]:
        row = None
        if int(row_id) in INT32:
            row = self._repository.get(int(row_id))
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

    def _refuse(self, error: IntegrityError, values: dict[str, Any]) -> NoReturn:
        violation = violation_of(error)
        if violation is Violation.DUPLICATE:
            detail = f"The id {values['id']} exists already."
            raise EXISTS.at("/id", detail) from None
        if violation is Violation.UNKNOWN_REFERENCE:
            detail = "The group_id names no group."
            raise UNKNOWN_GROUP.at("/group_id", detail) from None
        raise error

    def _in_use(self, row_id: int) -> Problem:
        detail = f"The row is still used by {self._repository.uses(row_id)}."
        return IN_USE.at("/id", detail)
