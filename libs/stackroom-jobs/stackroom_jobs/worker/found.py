"""What a worker's folder holds: every file of ``operations/`` and of ``tasks/`` is found by itself."""

import importlib
import importlib.util
import pkgutil
import traceback
from collections.abc import Iterable, Mapping
from types import ModuleType

from stackroom_jobs.operation import Operation, OperationError, operation_of


def package_of(worker: str) -> str:
    """``worker-cpu`` has its code in ``worker_cpu``."""
    return worker.replace("-", "_")


def modules_in(package: str) -> list[str]:
    """Every module of a package, by its dotted name; none where there is no such package."""
    if importlib.util.find_spec(package.partition(".")[0]) is None or importlib.util.find_spec(package) is None:
        return []
    found = importlib.import_module(package)
    return sorted(module.name for module in pkgutil.iter_modules(found.__path__, f"{package}."))


def operations_in(package: str) -> list[Operation]:
    """Those that the modules of a package declare or import. OperationError, in one line that names the file."""
    return [one for module in map(_imported, modules_in(package)) for one in _operations_of(module)]


def _operations_of(module: ModuleType) -> list[Operation]:
    found = map(operation_of, vars(module).values())
    return [one for one in found if one is not None and one.function is not None]


def _imported(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:
        sentence = " ".join(f"{type(error).__name__}: {error}".split())
        raise OperationError(f"{_place(name, error)}: {sentence}") from error


def _place(name: str, error: Exception) -> str:
    """File and line: of the module that was imported, where the trace has one of its own."""
    spec = importlib.util.find_spec(name)
    file = str(spec.origin if spec else name)
    if isinstance(error, SyntaxError):
        return f"{error.filename or file}:{error.lineno}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    return f"{file}:{lines[-1]}" if lines else file


def by_name(operations: Iterable[Operation]) -> Mapping[str, Operation]:
    """OperationError where two have one name, unless it is the same one, imported twice."""
    found: dict[str, Operation] = {}
    for one in operations:
        if found.setdefault(one.name, one) is not one:
            raise OperationError(f"{one.name}: two operations of this worker have this name")
    return found
