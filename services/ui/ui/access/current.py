"""The actor of the request at hand, for whoever calls a service in its name."""

import contextvars
from collections.abc import Mapping
from typing import Any

from stackroom_kit.actor import LOCAL, Actor
from stackroom_kit.authorization import forbidden, sign_in_needed
from stackroom_kit.rights import missing

ASK_AGAIN = "stackroom.ask_again"  # of a WSGI environment: who calls at this moment; missing where nobody is asked
_actor: contextvars.ContextVar[Actor] = contextvars.ContextVar("actor", default=LOCAL)


def current_actor() -> Actor:
    """LOCAL where nobody is asked."""
    return _actor.get()


def set_actor(actor: Actor) -> None:
    _actor.set(actor)


def ask_again(environ: Mapping[str, Any]) -> None:
    """Whoever sends or reads slowly goes on as what he is now. Problem 401 of a token, 503 where nobody can tell."""
    actor_now = environ.get(ASK_AGAIN)
    if actor_now is not None:
        set_actor(actor_now())


def require_no_less(environ: Mapping[str, Any], before: Actor) -> None:
    """For what a service hears of before all is there: Problem 401 or 403 for whoever lost a right meanwhile."""
    ask_again(environ)
    actor = current_actor()
    lost = missing(before.rights, actor.rights)
    if lost:
        raise forbidden(lost) if actor.is_somebody else sign_in_needed()
