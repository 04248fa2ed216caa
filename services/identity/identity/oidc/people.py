"""The claims of a person: under which name he is known here, and which role he has by his groups."""

import hashlib
import re
import unicodedata
from typing import Any

import msgspec

from identity.oidc.config import OidcConfig
from identity.oidc.signed import Claims
from identity.problems import OIDC_FAILED
from identity.shown_line import cleaned_line
from identity.users import MAX_FULL_NAME, lowercase
from stackroom_kit.rights import ROLES, Role

MAX_NAME = 60  # characters, so that a number can follow
MAX_GROUPS = 10_000
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9._@+-]+", re.ASCII)


class Person(msgspec.Struct, frozen=True):
    """``subject`` is who he is at this provider for ever; ``name`` is only how he is called.

    ``role`` is None for nobody who may come in. Where the provider does not say any groups (``is_role_told``), it is
    that of whoever comes for the first time.
    """

    issuer: str
    subject: str
    name: str
    full_name: str | None
    role: Role | None
    is_role_told: bool


def person_of(claims: Claims, config: OidcConfig) -> Person:
    """Problem 400 where the groups are of a type that says nothing."""
    groups = _groups(claims, config)
    subject = claims["sub"]
    return Person(
        config.issuer,
        subject,
        _name(claims.get("preferred_username"), config.issuer, subject),
        _full_name(claims.get("name")),
        config.default_role if groups is None else _highest(groups, config),
        groups is not None,
    )


def _groups(claims: Claims, config: OidcConfig) -> list[str] | None:
    """None where they do not count: without a map, or where the claim is missing."""
    if not config.roles or config.groups_claim not in claims:
        return None
    found = claims[config.groups_claim]
    if not isinstance(found, list) or len(found) > MAX_GROUPS or not all(isinstance(one, str) for one in found):
        raise OIDC_FAILED(f"The claim {config.groups_claim!r} is no list of texts.")
    return found


def _highest(groups: list[str], config: OidcConfig) -> Role | None:
    roles = [config.roles[group] for group in groups if group in config.roles]
    return max(roles, key=ROLES.index, default=config.default_role)


def _name(offered: Any, issuer: str, subject: str) -> str:
    """In the letters of names, without accents. Never the e-mail address, which somebody else may have elsewhere."""
    letters = unicodedata.normalize("NFKD", offered) if isinstance(offered, str) else ""
    text = "".join(letter for letter in letters if not unicodedata.combining(letter))
    name = _NOT_IN_A_NAME.sub("-", lowercase(text)).strip("-._@+")[:MAX_NAME].rstrip("-._@+")
    if name and text.isascii():
        return name
    return f"user-{hashlib.sha256(f'{issuer} {subject}'.encode()).hexdigest()[:12]}"


def _full_name(offered: Any) -> str | None:
    return cleaned_line(offered[:MAX_FULL_NAME]) if isinstance(offered, str) else None
