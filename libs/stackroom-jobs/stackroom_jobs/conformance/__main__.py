"""``python -m stackroom_jobs.conformance my_worker``: every promise of every operation of a worker."""

import importlib
import importlib.util
import os
import sys
from pathlib import Path

from stackroom_jobs.worker.found import package_of

# Nothing of the tests of the folder in which it is run: their settings, and what their conftest.py does with each test.
ALONE = ("-c", os.devnull, "--rootdir=.", "--noconftest")
NO_PYTEST = "the promises of operations are checked by pytest, which is not installed here: pip install pytest"
USAGE = "usage: python -m stackroom_jobs.conformance NAME-OF-THE-WORKER [options of pytest]"


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0].startswith("-"):
        print(USAGE, file=sys.stderr)  # noqa: T201 - a command
        return 2
    if importlib.util.find_spec("pytest") is None:
        print(NO_PYTEST, file=sys.stderr)  # noqa: T201
        return 2
    return _checked(arguments)


def _checked(arguments: list[str]) -> int:
    import pytest

    from stackroom_jobs.conformance import plugin

    sys.path.insert(0, "")  # the worker's folder, as Celery has it
    plugins = [plugin, *([importlib.import_module("conftest")] if Path("conftest.py").exists() else [])]
    package = f"{package_of(arguments[0])}.operations"
    tests = "stackroom_jobs.conformance.test_operations"
    return int(pytest.main([*ALONE, f"{plugin.OPTION}={package}", "--pyargs", tests, *arguments[1:]], plugins=plugins))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
