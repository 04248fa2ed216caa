"""What identity answered, by the credential that was shown: the newest so many answers, and no secret among them."""

import contextlib
from collections import OrderedDict
from typing import NamedTuple

from stackroom_kit.actor import Actor
from stackroom_kit.problems import Problem

Answer = Actor | Problem


class CachedAnswer(NamedTuple):
    """``asked_at`` is when the question went out: what was taken away since then, the answer may not know."""

    answer: Answer
    asked_at: float


class AnswerCache:
    """Where it is full, the answer goes that was used longest ago: strangers do not push out who comes all the time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[bytes, CachedAnswer] = OrderedDict()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: bytes) -> CachedAnswer | None:
        found = self._answers.get(key)
        if found is not None:
            with contextlib.suppress(KeyError):  # another thread has thrown it away
                self._answers.move_to_end(key)
        return found

    def put(self, key: bytes, answer: CachedAnswer) -> None:
        self._answers[key] = answer
        self._answers.move_to_end(key)
        while len(self._answers) > self._most:
            self._answers.popitem(last=False)

    def forget(self, key: bytes) -> None:
        self._answers.pop(key, None)
