"""Media types become groups and types of the register, one call each, as the old application's users do it."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tqdm import tqdm

from deploy.local.demo_client import DemoClient

FILE = Path(__file__).with_name("media_types.tsv")
FIRST_ID = 900_001  # Far from the numbers that a collection gives by hand.
LONGEST_FILE_NAME = 30  # characters, as the table has it


class MediaType(NamedTuple):
    name: str  # "application/epub+zip"
    extension: str  # "epub"

    @property
    def group(self) -> str:
        """The part before the slash: application, audio, image, text, ..."""
        return self.name.split("/", 1)[0]


def read_media_types() -> list[MediaType]:
    """Over 1,000 pairs in a fixed order; an extension may stand for several media types."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return [MediaType(*line.split("\t")) for line in lines if not line.startswith("#")]


CREATED, BAD_REQUEST, OK = 201, 400, 200


def fill_register(client: DemoClient, media_types: Sequence[MediaType]) -> str:
    """Create or update every row and read all of them back; gives a sentence with the counts."""
    numbers = {name: FIRST_ID + index for index, name in enumerate(sorted({one.group for one in media_types}))}
    groups = [_group(name, number) for name, number in numbers.items()]
    types = [_type(one, FIRST_ID + index, numbers[one.group]) for index, one in enumerate(media_types)]
    done: Counter[str] = Counter()
    for resource, rows in (("groups", groups), ("types", types)):
        for row in tqdm(rows, desc=resource, unit="row"):
            done[f"{resource} {_save(client, resource, row)}"] += 1
        _check(client, resource, rows)
    return "register: " + ", ".join(f"{count} {what}" for what, count in sorted(done.items())) + "; all read back"


def _group(name: str, number: int) -> dict[str, Any]:
    return {"id": number, "name": name, "comment": f"Media types {name}/*"}


def _type(one: MediaType, number: int, group_id: int) -> dict[str, Any]:
    file_name = f"*.{one.extension}"[:LONGEST_FILE_NAME]
    return {"id": number, "file_name": file_name, "comments": one.name, "group_id": group_id}


def _save(client: DemoClient, resource: str, row: dict[str, Any]) -> str:
    """Create the row, or bring the one with its id up to date."""
    if client.call("POST", f"/api/{resource}/", json=row).status_code == CREATED:
        return "created"
    client.expect(OK, "PUT", f"/api/{resource}/{row['id']}", json=row)
    return "updated"


def _check(client: DemoClient, resource: str, rows: Sequence[dict[str, Any]]) -> None:
    """Every row must be in the list as it was sent. Raises DemoFailed."""
    listed = {row["id"]: row for row in client.expect(OK, "GET", f"/api/{resource}/").json()["items"]}
    for row in rows:
        client.agree({**listed.get(row["id"], {}), **row}, listed.get(row["id"]), f"{resource} {row['id']}")
