"""A load through the whole stack: a spreadsheet's file in, rows in the catalog, and back out again."""

import json

import pytest
import requests

from tests.support.stacks.whole import WholeStack

BATCHES = "/api/importer/batches"
pytestmark = pytest.mark.usefixtures("empty_register")


def test_spreadsheet_is_loaded_and_taken_back(stack: WholeStack) -> None:
    lines = ["id;name;comment", *(f"{row};Группа {row};" for row in range(1, 6001))]
    files = {"file": ("группы.csv", "\r\n".join(lines).encode("cp1251"), "text/csv")}
    answer = requests.post(f"{stack.url}{BATCHES}?operation=load_groups", files=files, timeout=30)
    assert answer.status_code == 202, answer.text
    assert answer.json()["input"]["encoding"] == "windows-1251"
    loaded = stack.importer.wait_finished(answer.json()["id"])
    assert (loaded["state"], loaded["changes"]["created"]) == ("done", 6000)
    assert requests.get(f"{stack.url}/api/groups/6000", timeout=10).json()["name"] == "Группа 6000"
    undo = requests.post(f"{stack.url}{BATCHES}/{loaded['id']}/undo", timeout=30).json()
    assert stack.importer.wait_finished(undo["id"])["changes"] == {"removed": 6000}
    assert requests.get(f"{stack.url}/api/groups/", timeout=10).json()["total"] == 0


def test_bulk_call_goes_through_the_gateway_and_internal_ones_do_not(stack: WholeStack) -> None:
    items = {"items": [{"id": 1, "name": "text"}]}
    bulk = requests.post(f"{stack.url}/api/groups/bulk?on_conflict=skip", json=items, timeout=10)
    assert (bulk.status_code, bulk.json()["outcomes"][0]["outcome"]) == (200, "created")
    token = {"Authorization": f"Bearer {stack.importer.env['SERVICE_TOKEN']}", "Idempotency-Key": "b:1-1"}
    taken = requests.post(f"{stack.url}/api/groups/bulk?on_conflict=skip", json=items, headers=token, timeout=10)
    assert taken.json()["outcomes"][0]["outcome"] == "skipped"
    scopes = requests.post(f"{stack.url}/internal/applied/b:1-1/close", headers=token, timeout=10)
    assert scopes.status_code == 404
    assert json.loads(scopes.text)["code"] == "not_found"
