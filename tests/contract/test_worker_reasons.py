"""Every reason for which a worker does no work is said in the page's language."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from importer.ledger.worker_tokens import TAKEN_BACK
from importer.worker_api.contract import contract_differs
from stackroom_jobs.protocol import CONTRACT_VERSION
from tests.support.translated import page_in
from ui.pages.worker_reasons import worker_reason

ROOT = Path(__file__).parents[2]
WITHOUT_WORDS = ("Устройство отказало:", "Сервер сообщил:")
# What a reason names, by the source of it; everything else is a word.
SAMPLES = {
    "setting": "cuda:7", "self._setting": "cuda:7", "SECONDS": "180", "reason": "torch is not installed",
    "error": "Driver Not Loaded (9)", "', '.join(found) or 'no GPU at all'": "no GPU at all",
}  # fmt: skip


@pytest.fixture
def russian() -> Iterator[Callable[[str, str], str]]:
    with page_in():
        yield worker_reason


def in_words(said: ast.expr) -> str:
    """A text as it may read; empty for what others say, as a driver."""
    if isinstance(said, ast.Constant):
        return str(said.value)
    parts = said.values if isinstance(said, ast.JoinedStr) else []
    return "".join(
        SAMPLES.get(ast.unparse(part.value), "word") if isinstance(part, ast.FormattedValue) else in_words(part)
        for part in parts
    )


def device_reasons() -> dict[str, str]:
    """What a worker of ours says of a device that is lost, with the place where it does."""
    found = {}
    for path in (path for member in ("libs", "worker-cpu", "worker-gpu") for path in (ROOT / member).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "DeviceLost" and in_words(node.args[0]):
                found[f"{path.relative_to(ROOT)}:{node.lineno}"] = in_words(node.args[0])
    return found


def test_reasons_are_found_where_they_are_given() -> None:
    known = {"the GPU did not answer within 180 s", "DEVICE=cuda:7 is not here; found: no GPU at all"}
    assert known <= set(device_reasons().values())


def test_every_reason_of_a_device_has_its_words(russian: Callable[[str, str], str]) -> None:
    """A new one needs a line in `ui/pages/worker_reasons.py` and one in the Russian `messages.po`."""
    said = {where: (reason, russian("unhealthy", reason)) for where, reason in device_reasons().items()}
    assert {where: one for where, one in said.items() if one[1].startswith(WITHOUT_WORDS)} == {}


@pytest.mark.parametrize(
    ("state", "reason", "words"),
    [
        ("refused", TAKEN_BACK, "Его токен отозван."),
        (
            "refused",
            contract_differs(2).detail,
            f"Контракт обработчика — 2, сервера — {CONTRACT_VERSION}: обновите более старый из них.",
        ),
        ("refused", "It is Sunday.", "Сервер сообщил: It is Sunday."),
        (
            "unhealthy",
            "DEVICE=cuda:7: this torch was built without CUDA; install the CUDA variant, or DEVICE=cpu",
            "DEVICE=cuda:7: этот torch собран без CUDA; установите вариант с CUDA или задайте DEVICE=cpu.",
        ),
        (
            "unhealthy",
            "DEVICE=auto is not here; found: GPU-1, GPU-2",
            "DEVICE=auto: такой видеокарты нет; есть: GPU-1, GPU-2.",
        ),
        ("unhealthy", "the device is lost", "Устройство потеряно."),
        ("unhealthy", "CUDA error: {launch} failure", "Устройство отказало: CUDA error: {launch} failure"),
        ("healthy", None, ""),
    ],
)
def test_reason_is_said_with_its_values(
    russian: Callable[[str, str | None], str], state: str, reason: str | None, words: str
) -> None:
    assert russian(state, reason) == words
