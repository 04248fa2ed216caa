"""What requests and the layers below it say of a connection that failed, in a few words."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import requests
from requests import exceptions

from stackroom_client.errors import Trouble, Unreachable, UsageError

FOR_GOOD = (exceptions.InvalidURL, exceptions.InvalidSchema, exceptions.MissingSchema, exceptions.InvalidHeader)


@contextmanager
def as_trouble(server: str) -> Iterator[None]:
    """Failures of the connection inside the block become Trouble; those that cannot pass, an error."""
    try:
        yield
    except FOR_GOOD as error:
        raise UsageError(f"{server} cannot be used as an address: {error}") from None
    except exceptions.SSLError as error:
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
            raise Unreachable(f"{server} cannot be trusted: {_innermost(error)}") from None
        raise Trouble(f"{server}: {_innermost(error)}") from None
    except exceptions.ConnectTimeout:
        raise Trouble(f"{server} does not take the connection") from None
    except exceptions.Timeout:
        raise Trouble(f"{server} does not answer") from None
    except requests.RequestException as error:
        raise Trouble(f"{server}: {_innermost(error)}") from None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what lies below it: libraries hand it on as cause, as ``reason`` or as an argument."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and not any(one is other for other in seen):
            seen.append(one)
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
            yield one


def _innermost(error: BaseException) -> str:
    """The operating system's own words where there are any."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause.verify_message
    for cause in causes:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
    if isinstance(error, exceptions.ChunkedEncodingError):
        return "the answer broke off"
    return "the connection broke off"
