"""What somebody may do: a few ranked roles, each of which has the rights of those before it."""

from collections.abc import Collection
from typing import Literal, get_args

Role = Literal["reader", "operator", "editor", "admin"]
# A role is called after the highest of its rights. Two are no person's: that of workers, and that of other services.
Right = Literal["reader", "operator", "editor", "admin", "worker", "service"]
# What a call takes that is about the caller's own account: anybody who signed in, or a browser's session.
Own = Literal["somebody", "session"]
Needed = Literal[Right, Own]
ROLES: tuple[Role, ...] = get_args(Role)
RIGHTS: tuple[Right, ...] = get_args(Right)
OWN: tuple[Own, ...] = get_args(Own)
NEEDED: tuple[Needed, ...] = get_args(Needed)


def rights_of(role: Role) -> tuple[Right, ...]:
    """Its own and those below, the lowest first."""
    return ROLES[: ROLES.index(role) + 1]


def missing(needed: Collection[Right], held: Collection[Right]) -> list[Right]:
    """All that is not held, in the order of RIGHTS, so that an answer can name every one at once."""
    return [right for right in RIGHTS if right in needed and right not in held]
