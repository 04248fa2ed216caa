"""Worker tokens on the page of workers: made, shown once, used, revoked, and offered to administrators alone."""

import re
from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import expect

from stackroom_jobs.protocol import CONTRACT_VERSION, Heartbeat
from stackroom_jobs.settings import WorkerSettings
from stackroom_jobs.worker.client import WorkerAPI
from stackroom_kit.settings import Secret
from tests.support.browser.chromium import Watched, tab_to
from tests.support.stacks.guarded import GuardedStack
from tests.support.waiting import wait_until

Visit = Callable[..., Watched]


def beat_as(stack: GuardedStack, token: str) -> None:
    """One of a worker on that host."""
    api = WorkerAPI(WorkerSettings(worker_api_url=stack.worker_api, worker_token=Secret(token)))
    api.heartbeat(
        Heartbeat("of-gpu1", "gpu1", CONTRACT_VERSION, ["gpu"], 1, ["normalize_record"], {}, incarnation="aa")
    )


def status(stack: GuardedStack, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{stack.worker_api}/internal/token", headers=headers, timeout=10).status_code


@pytest.mark.parametrize(("language", "width"), [("ru", 360), ("en", 1200)])
def test_token_of_a_host_is_made_shown_once_used_and_revoked(
    visit_as: Visit, stack: GuardedStack, language: str, width: int
) -> None:
    host, revoked = f"gpu-{language}", {"ru": "отозван", "en": "revoked"}[language]
    reason = {"ru": "Его токен отозван.", "en": "Its token was taken back."}[language]
    watched = visit_as("admin", language=language, width=width)
    page = watched.open("/workers")
    tab_to(page, "field-host_name")
    page.keyboard.type(f"{host} 1")
    page.locator("#field-queues").fill("gpu, CPU")
    page.keyboard.press("Enter")
    expect(page.locator("#error-host_name")).not_to_be_empty()
    page.locator("#field-host_name").fill(host)
    page.keyboard.press("Enter")
    expect(page.locator("#error-queues")).not_to_be_empty()
    page.locator("#field-queues").fill("gpu")
    page.keyboard.press("Enter")
    secret = page.locator("#made-worker-token-value")
    expect(secret).to_have_value(re.compile("^srw1_"))
    expect(secret).to_be_focused()
    expect(page.locator("#made-worker-token")).to_contain_text(host)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert watched.accessibility_faults() == []
    token = secret.input_value()
    wait_until(lambda: status(stack, token) == 204, 2, "the token to be known")
    beat_as(stack, token)
    page.reload()
    expect(page.locator("#made-worker-token")).to_be_hidden()
    row = page.locator("#worker-tokens tbody tr").filter(has_text=host)
    for words in (
        "admin",
        "srw1_",
        "gpu",
        f"of-gpu1, {'контракт' if language == 'ru' else 'contract'} {CONTRACT_VERSION}",
    ):
        expect(row).to_contain_text(words)
    assert token not in page.content()
    row.get_by_role("button").click()
    page.locator("#confirm-yes").click()
    expect(row).to_contain_text(revoked)
    wait_until(lambda: status(stack, token) == 403, 2, "the token to be refused")
    expect(page.locator("#live tr").filter(has_text="of-gpu1")).to_contain_text(reason)
    assert [error for error in watched.errors if "status of 400" not in error] == []  # which were the wrong entries


@pytest.mark.parametrize("role", ["reader", "editor"])
def test_worker_tokens_are_offered_to_administrators_alone(visit_as: Visit, role: str) -> None:
    watched = visit_as(role, language="en")
    page = watched.open("/workers")
    expect(page.get_by_role("heading", name="Queues and workers")).to_be_visible()
    assert page.locator("#worker-tokens, #make-worker-token").count() == 0
    watched.assert_quiet()
