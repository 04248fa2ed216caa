"""Loads by the shortest way: send one, read its lines, look at the register."""

import json
from typing import Any

import requests
from flask.testing import FlaskClient

from stackroom_kit.settings import Secret

BATCHES = "/api/importer/batches"
TOKEN = Secret("of-the-importer")


def load(client: FlaskClient, rows: list[Any], query: str = "", operation: str = "load_groups") -> Any:
    lines = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    path = f"{BATCHES}?operation={operation}{query}"
    answer = client.post(path, data=lines, content_type="application/x-ndjson")
    assert answer.status_code == 202, answer.text
    return answer.get_json()


def lines_of(client: FlaskClient, batch: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in client.get(f"{BATCHES}/{batch['id']}/results").data.splitlines()]


def words(client: FlaskClient, batch: Any) -> list[str]:
    return [line.get("code") or line["result"]["change"] for line in lines_of(client, batch)]


def groups(catalog: str) -> dict[int, str]:
    items = requests.get(f"{catalog}/api/groups/", timeout=10).json()["items"]
    return {item["id"]: item["name"] for item in items}
