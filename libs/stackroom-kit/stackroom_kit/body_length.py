"""Refuse a body that is shorter than its Content-Length: servers pass a cut upload on as if it were whole."""

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import IO, Any

from flask import Flask, Response, request

from stackroom_kit.problems import TOO_LARGE, ProblemKind, respond

BLOCK_BYTES = 256 * 1024
METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
INCOMPLETE_BODY = ProblemKind(400, "incomplete_body")
LENGTH_REQUIRED = ProblemKind(411, "length_required")
UNSUPPORTED_CONTENT_ENCODING = ProblemKind(415, "unsupported_content_encoding")
LENGTH_PROBLEMS = (INCOMPLETE_BODY, LENGTH_REQUIRED, TOO_LARGE, UNSUPPORTED_CONTENT_ENCODING)


class IncompleteBodyError(Exception):
    """The client announced more bytes than it sent."""


class CountedBody:
    """A WSGI input that raises IncompleteBodyError where the stream ends before its announced length."""

    def __init__(self, stream: IO[bytes], length: int) -> None:
        self._stream = stream
        self._left = length

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        data = self._stream.read(wanted) if wanted else b""
        self._left -= len(data)
        if wanted and (not data or (size < 0 and self._left)):
            raise IncompleteBodyError
        return data

    def readline(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        line = self._stream.readline(wanted) if wanted else b""
        self._left -= len(line)
        if wanted and not line:
            raise IncompleteBodyError
        return line

    def read_over(self) -> None:
        """Read what nobody wanted: a server closes a kept connection with unread bytes, and the next call breaks."""
        with contextlib.suppress(IncompleteBodyError, OSError):
            while self.read(BLOCK_BYTES):
                pass

    def readlines(self, _hint: int = -1) -> list[bytes]:
        return list(self)

    def __iter__(self) -> Iterator[bytes]:
        while line := self.readline():
            yield line


def content_encoding() -> str:
    """How the request says that its body is packed; ``identity`` where it is not."""
    return request.headers.get("Content-Encoding", "identity").lower()


def _check_length(max_body_bytes: int, longer: Mapping[str, int], gzipped: Collection[str]) -> None:
    if request.method not in METHODS_WITH_BODY:
        return
    if "Transfer-Encoding" in request.headers:
        raise LENGTH_REQUIRED("Send Content-Length; chunked bodies are refused.")
    taken = ("identity", "gzip", "x-gzip") if request.endpoint in gzipped else ("identity",)
    if content_encoding() not in taken:
        detail = f"Send the body without Content-Encoding{' or with gzip' if len(taken) > 1 else ''}."
        headers = {"Accept-Encoding": ", ".join(taken[:2])}
        raise UNSUPPORTED_CONTENT_ENCODING(detail, headers=headers)
    limit = longer.get(request.endpoint or "", max_body_bytes)
    if (request.content_length or 0) > limit:
        raise TOO_LARGE(f"The body may have at most {limit} bytes.")


def _incomplete(_error: IncompleteBodyError) -> Response:
    return respond(INCOMPLETE_BODY("The body is shorter than its Content-Length."))


def register_body_length(
    app: Flask, max_body_bytes: int, longer: Mapping[str, int], gzipped: Collection[str] = ()
) -> None:
    """``longer`` has the endpoints with a limit of their own; those that are ``gzipped`` unpack such a body."""
    wsgi_app = app.wsgi_app

    def counted(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        if not (length.isascii() and length.isdigit()):
            return wsgi_app(environ, start_response)
        environ["wsgi.input"] = body = CountedBody(environ["wsgi.input"], int(length))
        answer = wsgi_app(environ, start_response)
        if int(length) <= max_body_bytes:
            body.read_over()
        return answer

    app.wsgi_app = counted  # type: ignore[method-assign]
    app.config["MAX_CONTENT_LENGTH"] = None
    app.before_request(lambda: _check_length(max_body_bytes, longer, gzipped))
    app.register_error_handler(IncompleteBodyError, _incomplete)
