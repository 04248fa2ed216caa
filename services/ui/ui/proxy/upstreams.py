"""The services that there are behind this gateway, as its settings say."""

from collections.abc import Mapping

from stackroom_kit.actor import signer_of
from ui.proxy.routes import CATALOG, IDENTITY, IMPORTER, MEDIA
from ui.proxy.upstream import Upstream
from ui.settings import Settings

IDENTITY_CONNECTIONS = 32  # of one process: each question takes a few milliseconds
IDENTITY_CONNECT_SECONDS = 1


def make_upstreams(settings: Settings) -> Mapping[str, Upstream]:
    """One bounded connection pool per service, by the name that the routes use.

    Without an address of its own for media, the importer answers for them as well.
    """
    media = {MEDIA: settings.media_url} if settings.media_url else {}
    identity = {IDENTITY: settings.identity_url} if settings.is_auth_on else {}
    addresses = {CATALOG: settings.catalog_url, IMPORTER: settings.importer_url, **media, **identity}
    signer = signer_of(settings)
    made = {
        name: Upstream(
            name,
            address,
            connections=settings.upstream_connections,
            connect_seconds=settings.upstream_connect_seconds,
            read_seconds=settings.upstream_read_seconds,
            signer=signer,
        )
        for name, address in addresses.items()
    }
    return {MEDIA: made[IMPORTER], **made}


def identity_upstream(settings: Settings) -> Upstream:
    """Identity once more, for who somebody is: calls that clients make there, and that may wait, take no place here."""
    return Upstream(
        IDENTITY,
        settings.identity_url,
        connections=IDENTITY_CONNECTIONS,
        connect_seconds=IDENTITY_CONNECT_SECONDS,
        read_seconds=settings.upstream_read_seconds,
        signer=signer_of(settings),
    )
