"""Every request is checked here, then forwarded to a service or answered by the pages."""

import dataclasses
import logging
import re
from collections.abc import Collection, Iterable
from functools import partial
from http import HTTPStatus
from typing import Any

from stackroom_kit.actor import ANONYMOUS, LOCAL
from stackroom_kit.guard import host_name, refuse_cross_site_write, refuse_unknown_host
from stackroom_kit.problems import CONTENT_TYPE, Problem, of_exception
from stackroom_kit.request_id import accepted_or_new, set_request_id
from ui.access.authenticator import Authenticator
from ui.access.credentials import credential_of
from ui.access.current import ASK_AGAIN, set_actor
from ui.proxy.answer import StartResponse
from ui.proxy.forwarding import Forwarder
from ui.proxy.headers import finished
from ui.proxy.request_target import request_target
from ui.proxy.routes import is_api, service_of
from ui.proxy.trusted_proxies import TrustedProxies

REFUSED = "stackroom.refused"
_NEEDS_NOBODY = re.compile(r"/static/|/bootstrap/static/|/api/health(?:/|\Z)")
logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class KnownHosts:
    """``names`` are all that clients may use, ``trusted_names`` those that a setting names."""

    names: Collection[str]
    trusted_names: Collection[str]
    proxies: TrustedProxies


class Gateway:
    """A WSGI application around ``pages``, which gets what no service answers."""

    def __init__(self, forwarder: Forwarder, pages: Any, known: KnownHosts, who: Authenticator | None) -> None:
        self._forwarder, self._pages, self._known, self._who = forwarder, pages, known, who

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        request_id = accepted_or_new(environ.get("HTTP_X_REQUEST_ID"))
        environ["HTTP_X_REQUEST_ID"] = request_id
        set_request_id(request_id)
        try:
            return self._answer(environ, start_response)
        except Problem as problem:
            return _refuse(problem, environ, start_response, request_id)
        except Exception as error:
            logger.exception("unexpected error in %s %s", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            return _refuse(of_exception(error), environ, start_response, request_id)

    def _answer(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path, query = request_target(environ)
        path = self._known.proxies.without_prefix(environ, path)
        if self._known.proxies.take_host(environ):
            host_name(environ)
        else:
            refuse_unknown_host(environ, self._known.names)
        refuse_cross_site_write(environ, self._known.trusted_names)
        is_call = is_api(environ["PATH_INFO"])
        self._take_actor(environ, is_call)
        service = service_of(path) if is_call else None
        if service is None:
            answer: Iterable[bytes] = self._pages(environ, start_response)
            return answer
        return self._forwarder.answer(service, path, query, environ, start_response)

    def _take_actor(self, environ: dict[str, Any], is_call: bool) -> None:
        """Of a request for which it matters; ``ASK_AGAIN`` of the environment is for what takes long.

        Where nobody can tell who it is, a call gets the problem; ``REFUSED`` of the environment is that of a page,
        which has to say so in the language of its reader.
        """
        if self._who is None:
            set_actor(LOCAL)
            return
        set_actor(ANONYMOUS)
        if _NEEDS_NOBODY.match(environ["PATH_INFO"]):
            return
        credential = credential_of(environ, self._known.proxies.client_address(environ))
        environ[ASK_AGAIN] = partial(self._who.actor_of, credential)
        try:
            set_actor(self._who.actor_of(credential))
        except Problem as problem:
            if is_call:
                raise
            environ[REFUSED] = problem


def _refuse(
    problem: Problem, environ: dict[str, Any], start_response: StartResponse, request_id: str
) -> Iterable[bytes]:
    body = problem.encode(environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace"))
    sent = [("Content-Type", CONTENT_TYPE), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
    line = f"{problem.status} {HTTPStatus(problem.status).phrase}"
    start_response(line, finished([*sent, *problem.headers.items()], request_id))
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]
