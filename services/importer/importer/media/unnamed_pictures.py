"""Pictures that no result names: whoever delivered them died, gave up or was cancelled before it could report."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine

from importer.ledger.batch import ended_among
from importer.ledger.results import CHUNKS_PER_READ, OUTPUTS, pages
from importer.media.names import RESULT_NAME


class UnnamedPictures:
    """A batch that has ended never changes, so one in which nothing was found is not looked at again."""

    def __init__(self, engine: Engine, root: Path) -> None:
        self._engine, self._root = engine, root
        self._clean: set[str] = set()

    def among(self, folders: list[Path]) -> Iterator[Path]:
        """Files, and whole folders of records, in these folders of batches. Only batches that ended are looked at."""
        by_id = {folder.name: folder for folder in folders if folder.name not in self._clean}
        for batch_id in ended_among(self._engine, list(by_id)):
            found = list(self._unnamed(batch_id, by_id[batch_id]))
            if not found:
                self._clean.add(batch_id)
            yield from found

    def _unnamed(self, batch_id: str, folder: Path) -> Iterator[Path]:
        named = self._named(batch_id)
        for row in (path for path in folder.iterdir() if path.is_dir()):
            files = list(row.iterdir())
            unnamed = [file for file in files if str(file.relative_to(self._root)) not in named]
            yield from unnamed if len(unnamed) < len(files) else [row]

    def _named(self, batch_id: str) -> set[str]:
        chunks = pages(self._engine, OUTPUTS, batch_id, "first_row", CHUNKS_PER_READ)
        return {name[0] for chunk in chunks for name in RESULT_NAME.finditer(chunk.output)}
