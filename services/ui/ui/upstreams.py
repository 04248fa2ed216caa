"""The services behind the gateway."""

from collections.abc import Mapping

from ui.proxy.routes import CATALOG, IMPORTER, MEDIA
from ui.proxy.upstream import Upstream
from ui.settings import Settings


def make_upstreams(settings: Settings) -> Mapping[str, Upstream]:
    """One bounded connection pool per service, by the name that the routes use.

    Without an address of its own for media, the importer answers for them as well.
    """
    media = {MEDIA: settings.media_url} if settings.media_url else {}
    addresses = {CATALOG: settings.catalog_url, IMPORTER: settings.importer_url, **media}
    made = {
        name: Upstream(
            name,
            address,
            connections=settings.upstream_connections,
            connect_seconds=settings.upstream_connect_seconds,
            read_seconds=settings.upstream_read_seconds,
        )
        for name, address in addresses.items()
    }
    return {MEDIA: made[IMPORTER], **made}
