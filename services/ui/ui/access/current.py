"""The actor of the request at hand, for whoever calls a service in its name."""

import contextvars

from stackroom_kit.actor import LOCAL, Actor

_actor: contextvars.ContextVar[Actor] = contextvars.ContextVar("actor", default=LOCAL)


def current_actor() -> Actor:
    """LOCAL where nobody is asked."""
    return _actor.get()


def set_actor(actor: Actor) -> None:
    _actor.set(actor)
