"""Floods of requests: of one caller, of many, and of guesses at passwords; and how long others wait meanwhile."""

import contextlib
import http.client
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import requests

from tests.support.threads import in_background

GUESSES, ADDRESSES, MINUTE = 1000, 100, 60.0


def repeated(url: str, headers: dict[str, str], count: int) -> set[int]:
    """The statuses of so many calls on one connection."""
    connection, found = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60), set()
    for _ in range(count):
        connection.request("GET", "/api/resources", headers=headers)
        with connection.getresponse() as answer:
            answer.read()
            found.add(answer.status)
    connection.close()
    return found


@contextlib.contextmanager
def flood(call: Callable[[], int], callers: int = 8) -> Iterator[Counter[int]]:
    """So many callers, again and again until the end of the block; gives what they were answered."""
    found: Counter[int] = Counter()
    ended = threading.Event()

    def repeat() -> None:
        while not ended.wait(0.01):
            found[call()] += 1

    with in_background(repeat, ended, callers):
        yield found


def guesses() -> Iterator[tuple[str, dict[str, str]]]:
    """From which address, and with what; half of them at one name, and half at as many names."""
    for number in range(GUESSES):
        name = "admin" if number % 2 else f"somebody-{number}"
        yield f"10.66.{number % ADDRESSES}.9", {"name": name, "password": f"a wrong horse {number}"}


@contextlib.contextmanager
def guessing(url: str) -> Iterator[Counter[int]]:
    """All of them, spread over a minute or until the end of the block; gives what they were answered."""
    found: Counter[int] = Counter()
    ended = threading.Event()

    def guess() -> None:
        started = time.monotonic()
        with ThreadPoolExecutor(16) as attackers:
            for number, (address, body) in enumerate(guesses()):
                if ended.wait(max(0.0, started + number * MINUTE / GUESSES - time.monotonic())):
                    attackers.shutdown(cancel_futures=True)
                    return
                attackers.submit(guess_once, url, address, body, found)

    with in_background(guess, ended):
        yield found


def guess_once(url: str, address: str, body: dict[str, str], found: Counter[int]) -> None:
    headers = {"X-Forwarded-For": address}
    found[requests.post(f"{url}/api/identity/session", json=body, headers=headers, timeout=60).status_code] += 1


def sampled(call: Callable[[], object], samples: int, seconds: float) -> list[float]:
    """How long each of so many calls took, spread over so many seconds; the shortest first."""
    found, pause = [], threading.Event()
    for _ in range(samples):
        started = time.monotonic()
        call()
        found.append(time.monotonic() - started)
        pause.wait(max(0.0, seconds / samples - found[-1]))
    return sorted(found)
