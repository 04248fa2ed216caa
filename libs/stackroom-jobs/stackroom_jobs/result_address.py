"""Where results of plain tasks are kept: in the broker's Redis, in a database of their own, unless told otherwise."""

from urllib.parse import urlsplit, urlunsplit

from stackroom_jobs.settings import BrokerSettings

DATABASES = 16  # that a Redis has unless it is told otherwise


def result_address(settings: BrokerSettings) -> str:
    """``CELERY_RESULT_BACKEND``, or the broker's address with its next database. A secret: it carries the password."""
    address = settings.celery_result_backend or _beside(settings.celery_broker_url)
    return ";".join(map(_with_checked_certificate, address.split(";")))


def _beside(broker: str) -> str:
    """Addresses of sentinels are several, with ``;`` between them, and name one database."""
    return ";".join(map(_next_database, broker.split(";")))


def _next_database(address: str) -> str:
    parts = urlsplit(address)
    database = parts.path.strip("/") or "0"
    following = (int(database) + 1) % DATABASES if database.isdecimal() else database
    return urlunsplit(parts._replace(path=f"/{following}"))


def _with_checked_certificate(address: str) -> str:
    """Celery checks the broker's certificate unasked, that of the result backend only where the address says so."""
    parts = urlsplit(address)
    if parts.scheme != "rediss" or "ssl_cert_reqs=" in parts.query:
        return address
    query = "&".join(filter(None, [parts.query, "ssl_cert_reqs=required"]))
    return urlunsplit(parts._replace(query=query))
