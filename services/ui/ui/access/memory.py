"""What identity said, by what was shown: the newest so many answers, and no secret among them."""

import contextlib
from collections import OrderedDict
from typing import NamedTuple

from stackroom_kit.actor import Actor
from stackroom_kit.problems import Problem

Said = Actor | Problem


class Answer(NamedTuple):
    """``asked_at`` is when the question went out: what was taken away since then, it may not know."""

    said: Said
    asked_at: float


class Memory:
    """Those that were not asked for longest go first, so that strangers do not push out who comes all the time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[bytes, Answer] = OrderedDict()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: bytes) -> Answer | None:
        found = self._answers.get(key)
        if found is not None:
            with contextlib.suppress(KeyError):  # another thread has thrown it away
                self._answers.move_to_end(key)
        return found

    def put(self, key: bytes, answer: Answer) -> None:
        self._answers[key] = answer
        self._answers.move_to_end(key)
        while len(self._answers) > self._most:
            self._answers.popitem(last=False)

    def forget(self, key: bytes) -> None:
        self._answers.pop(key, None)
