"""Go on with a download that broke off, by ``Range: bytes=n-``: once a batch is finished, its results never change."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from flask import Request, Response
from sqlalchemy import Row

from importer.batches.view import is_finished
from importer.parsing.formats import NDJSON
from stackroom_kit.problems import RANGE_NOT_SATISFIABLE

FORM = 1  # a version that writes lines in another way raises it, so that nobody joins halves of two forms
Lines = Callable[[], Iterator[bytes]]


def ndjson_answer(request: Request, batch: Row[Any], outcome: str | None, lines: Lines) -> Response:
    """200 with everything, or 206 with the rest of a finished batch; Problem 416 for a beginning behind the end.

    ``lines`` reads the blocks from the start. Any other range is ignored, as is one whose ``If-Range`` is not the ETag.
    """
    headers = {"Cache-Control": "no-store"}
    if not is_finished(batch):
        return Response(lines(), content_type=NDJSON, headers=headers)
    headers |= {"ETag": _etag(batch, outcome), "Accept-Ranges": "bytes"}
    start = _start(request, headers["ETag"])
    if start is None:
        return Response(lines(), content_type=NDJSON, headers=headers)
    size = sum(len(block) for block in lines())
    if start >= size:
        detail = f"The results have {size} bytes."
        raise RANGE_NOT_SATISFIABLE(detail, headers={"Content-Range": f"bytes */{size}"})
    headers |= {"Content-Range": f"bytes {start}-{size - 1}/{size}", "Content-Length": str(size - start)}
    return Response(_from_byte(lines(), start), 206, content_type=NDJSON, headers=headers)


def _etag(batch: Row[Any], outcome: str | None) -> str:
    """Strong: a finished batch has the same bytes for ever."""
    counts = (batch.rows, batch.refused, batch.done_rows, batch.failed_rows, batch.cancelled_rows)
    said = repr((FORM, batch.id, str(batch.finished_at), counts, outcome))
    return f'"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'


def _start(request: Request, etag: str) -> int | None:
    """The first byte that is asked for; None where all of it is, or where ``If-Range`` names another answer."""
    wanted = request.range
    if request.method != "GET" or wanted is None or request.headers.get("If-Range", etag) != etag:
        return None
    (start, end), *others = wanted.ranges
    return start if wanted.units == "bytes" and end is None and start >= 0 and not others else None


def _from_byte(blocks: Iterator[bytes], start: int) -> Iterator[bytes]:
    for block in blocks:
        if start < len(block):
            yield block[start:]
        start = max(0, start - len(block))
