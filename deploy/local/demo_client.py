"""A client of the gateway, as anybody could write it."""

from types import TracebackType
from typing import Any, Self

import requests

from deploy.local.errors import LocalError

SILENCE = 60.0  # seconds
VARIABLE = "STACKROOM_TOKEN"  # as the client has it


class DemoFailed(LocalError):
    """What did not go as it should, in the words of the answer."""


class DemoClient:
    """``token`` is needed where people sign in."""

    def __init__(self, url: str, token: str = "") -> None:
        self.url = url
        self._session = requests.Session()
        self._session.trust_env = False  # This machine is reached directly, whatever proxy the environment names.
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._session.close()

    def require_ready(self) -> None:
        """Raises DemoFailed where no stack answers."""
        try:
            answer = self._session.get(f"{self.url}/api/health/ready", timeout=SILENCE)
        except requests.ConnectionError:
            raise DemoFailed(f"nothing answers on {self.url}: run `make up` in another terminal first") from None
        if answer.status_code != requests.codes.ok:
            raise DemoFailed(f"the stack on {self.url} is not ready: {answer.text[:500]}")

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Any answer below 500; DemoFailed for the others. Where somebody has to be named, it says how."""
        answer = self._session.request(method, self.url + path, timeout=SILENCE, **options)
        if answer.status_code == requests.codes.unauthorized:
            wanted = f"{VARIABLE}=<a token of an editor, from the page {self.url}/account> make demo"
            raise DemoFailed(f"people sign in on {self.url}, and programs show a token: {wanted}")
        if answer.status_code >= requests.codes.server_error:
            raise DemoFailed(f"{method} {path} answered {answer.status_code}: {answer.text[:500]}")
        return answer

    def expect(self, status: int, method: str, path: str, **options: Any) -> requests.Response:
        """The answer with this status; DemoFailed for every other."""
        answer = self.call(method, path, **options)
        if answer.status_code != status:
            raise DemoFailed(f"{method} {path} answered {answer.status_code} instead of {status}: {answer.text[:500]}")
        return answer

    @staticmethod
    def agree(expected: object, found: object, what: str) -> None:
        """Raises DemoFailed where the stack gave something else than expected."""
        if expected != found:
            raise DemoFailed(f"{what}: expected {expected!r}, got {found!r}")
