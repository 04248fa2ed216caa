"""Bulk calls by the shortest way."""

from typing import Any

from flask.testing import FlaskClient

TOKEN = "of-the-importer"
SERVICE = {"Authorization": f"Bearer {TOKEN}"}
GROUPS, TYPES = "/api/groups/bulk", "/api/types/bulk"


def bulk(client: FlaskClient, path: str, items: list[Any], query: str = "", **headers: str) -> Any:
    answer = client.post(f"{path}{query}", json={"items": items}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def words(answer: Any) -> list[str]:
    return [one.get("code", one["outcome"]) for one in answer["outcomes"]]
