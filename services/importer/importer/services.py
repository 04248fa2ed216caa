"""What a request of the importer works with, made once per process and kept on the app."""

import dataclasses
import functools

from flask import Flask, current_app
from sqlalchemy import Engine

from importer.database import make_engine
from importer.ledger.open_chunks import OpenChunks
from importer.loads.catalog import Catalog
from importer.loads.resources import ResourceReader
from importer.media.folder import MediaFolder
from importer.parsing.rows import Limits
from importer.registry.registry import Registry
from importer.settings import PEPPERS_SETTING, Settings
from stackroom_kit.disk_room import DiskRoom, temporary_room
from stackroom_kit.peppers import Peppers

_KEY = "importer"


@dataclasses.dataclass(frozen=True)
class Services:
    settings: Settings
    engine: Engine
    peppers: Peppers | None  # of worker tokens; without any none can be made

    @classmethod
    def of(cls, settings: Settings) -> "Services":
        """SettingsError where the peppers are wrong."""
        given = settings.worker_token_peppers
        peppers = Peppers.of(given, PEPPERS_SETTING) if given else None
        return cls(settings, make_engine(settings.database_uri, settings.db_pool_size), peppers)

    @functools.cached_property
    def open_chunks(self) -> OpenChunks:
        return OpenChunks(self.engine)

    @functools.cached_property
    def registry(self) -> Registry:
        """In eager mode no dispatcher asks the catalog what it holds, so whoever looks does."""
        if not self.settings.celery_task_always_eager:
            return Registry(self.engine)
        return Registry(self.engine, ResourceReader(self.engine, Catalog(self.settings)).read)

    @property
    def media(self) -> MediaFolder:
        return MediaFolder(self.settings.media_dir, self.settings.min_free_bytes)

    @property
    def room(self) -> DiskRoom:
        """For temporary files."""
        return temporary_room(self.settings.min_free_bytes)

    @property
    def limits(self) -> Limits:
        return Limits(self.settings.max_record_bytes, self.settings.max_batch_rows, self.settings.max_refused_rows)


def keep_services(app: Flask, kept: Services) -> None:
    app.extensions[_KEY] = kept


def services() -> Services:
    found: Services = current_app.extensions[_KEY]
    return found
