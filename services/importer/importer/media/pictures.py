"""Pictures that workers deliver: named by the lease or the task that made them, whole or not there."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Engine

from importer.ledger.lease import HOLD_LEASE
from importer.media.folder import MediaFolder
from importer.media.kinds import HEAD_BYTES, kind_of_bytes
from importer.media.names import picture_of_row, picture_of_task
from stackroom_jobs.outcomes import RecordError
from stackroom_sql.engine import transaction

Place = Callable[[], AbstractContextManager[str]]  # a block inside of which the name may be given


class StaleTokenError(Exception):
    """The token holds no chunk any more, or never held this row."""


def check_picture(file_name: str, content: bytes) -> None:
    """RecordError ``not_a_picture`` unless the bytes are a picture of the kind that the name's ending says."""
    kind = kind_of_bytes(content[:HEAD_BYTES])
    if not kind.is_picture or not file_name.endswith(f".{kind.suffix}"):
        raise RecordError("not_a_picture", f"{file_name[:100]!r}: the bytes are no picture of that ending")


def deliver(folder: MediaFolder, place: Place, content: bytes, most: int) -> str:
    """The picture's name. It is on the disk before it is named, and named while ``place`` holds.

    RecordError ``too_many`` where its folder has ``most`` files already; OSError.
    """
    with folder.incoming(len(content)) as incoming:
        incoming.write(content)
        incoming.finish()
        with place() as name:
            path = folder.root / name
            if path.parent.is_dir() and not path.exists() and sum(1 for _ in path.parent.iterdir()) >= most:
                raise RecordError("too_many", f"one record may have at most {most} pictures")
            incoming.keep_as(name)
    return name


def place_of_chunk(engine: Engine, token: str, row: int, file_name: str) -> Place:
    """Under the chunk's token, as a report. StaleTokenError where it is not current."""

    @contextmanager
    def place() -> Iterator[str]:
        with transaction(engine) as connection:
            held = connection.execute(HOLD_LEASE, {"token": token}).first()
            if held is None or not held.first_row <= row <= held.last_row:
                raise StaleTokenError
            yield picture_of_row(held.batch_id, row, file_name)

    return place


def place_of_task(task_id: str, file_name: str) -> Place:
    @contextmanager
    def place() -> Iterator[str]:
        yield picture_of_task(task_id, file_name)

    return place
