"""``python -m deploy.env_example > .env.example``: every setting of every member, with its default and meaning."""

import dataclasses
import importlib
import importlib.util
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

from stackroom_kit.settings import SettingDescription, all_settings

MEMBERS = ("deploy.local", "catalog", "identity", "importer", "ui", "stackroom_jobs", "worker_cpu", "worker_gpu")

TITLES = {
    "LocalSettings": "Ports and files of `make up`",
    "LogSettings": "Logging",
    "WebSettings": "Every web service",
    "PostgresSettings": "PostgreSQL; without these, `make up` starts a server of its own",
    "BrokerSettings": "Redis and Celery; without CELERY_BROKER_URL, `make up` starts a server of its own",
    "WorkerSettings": "Workers",
}
MEMBER_TITLES = {
    "catalog": "Catalog",
    "identity": "Identity",
    "importer": "Importer",
    "ui": "Gateway",
    "worker_gpu": "GPU worker",
}

INTRODUCTION = """\
# Copy this file to .env and uncomment what should differ; `make up` reads it, and a variable of the shell wins.
# Each setting can also be read from a file: NAME_FILE=/path/to/the/value. A wrong value stops the process with
# one line that says what is allowed. A value with $ or # stands in single quotes, so that `docker compose`, which reads
# .env too, takes it as it is. This file is written by `python -m deploy.env_example > .env.example`.
#
# Connection budget of PostgreSQL (its max_connections is 100 unless you changed it):
#   catalog              WEB_PROCESSES x DB_POOL_SIZE    2 x 4 = 8
#   identity             WEB_PROCESSES x DB_POOL_SIZE    2 x 4 = 8, where AUTH=on
#   importer             WEB_PROCESSES x DB_POOL_SIZE    2 x 4 = 8
#   importer-worker-api  WEB_PROCESSES x DB_POOL_SIZE    2 x 4 = 8
#   importer-media       1 x DB_POOL_SIZE                1 x 4 = 4
#   importer-dispatcher  9, and 4 that listen            13
#   migrations, a person's psql                          3
#   together                                             52; each further replica of a service costs its line again.
# Workers and the gateway hold no connection, so scaling them costs none.
"""


def settings_classes() -> Iterator[tuple[str, type[Any]]]:
    """Member and class, of every settings class that a member's ``settings`` module defines."""
    for member in MEMBERS:
        if importlib.util.find_spec(f"{member}.settings") is None:
            continue
        module = importlib.import_module(f"{member}.settings")
        for value in vars(module).values():
            if isinstance(value, type) and dataclasses.is_dataclass(value) and value.__module__ == module.__name__:
                yield member, value


def sections() -> dict[str, list[SettingDescription]]:
    """Title to settings; a setting stands where it is declared first, from the general to the special."""
    found: dict[str, list[SettingDescription]] = {}
    seen: set[str] = set()
    for member, cls in settings_classes():
        for declaring in reversed(cls.__mro__[:-1]):
            title = TITLES.get(declaring.__name__) or MEMBER_TITLES.get(member, member)
            for description in all_settings(declaring):
                if description.name not in seen:
                    seen.add(description.name)
                    found.setdefault(title, []).append(description)
    return found


def env_example() -> str:
    """The whole file."""
    blocks = [INTRODUCTION]
    for title, descriptions in sections().items():
        blocks.append(f"\n# ---- {title}\n")
        blocks += [_block(description) for description in descriptions]
    return "".join(blocks)


def _block(description: SettingDescription) -> str:
    meaning = textwrap.wrap(description.help, 100, initial_indent="# ", subsequent_indent="# ")
    return "\n" + "\n".join(meaning) + f"\n#{description.name}={description.default}\n"


if __name__ == "__main__":
    sys.stdout.write(env_example())
