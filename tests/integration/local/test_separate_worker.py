"""``make up WORKERS="worker-cpu worker-gpu ../my-worker"``: a worker of another folder, in its own environment."""

import requests

from tests.support.stacks.local import LocalStack
from tests.support.waiting import wait_until


def test_worker_of_another_folder_is_started_and_works(stack: LocalStack) -> None:
    api = f"{stack.url}/api/importer"
    assert "my-worker" in {path.stem for path in (stack.home / "run").glob("*.json")}
    records = {"records": [{"id": 1, "text": "one two"}]}
    sent = requests.post(f"{api}/batches?operation=count_words", json=records, timeout=10)
    assert sent.status_code == 202, sent.text
    batch = sent.json()["id"]

    def is_done() -> bool:
        state: str = requests.get(f"{api}/batches/{batch}", timeout=10).json()["state"]
        return state == "done"

    wait_until(is_done, 30, "the batch to be done")
    (line,) = requests.get(f"{api}/batches/{batch}/results", timeout=10).text.splitlines()
    assert '"result":{"words":2,"longest":"one"}' in line
