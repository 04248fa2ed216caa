"""Settings are read once at start from the environment, each also from a file named by ``NAME_FILE``."""

import contextlib
import dataclasses
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import urlsplit

S = TypeVar("S")
T = TypeVar("T")

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})
WRONG_SETTINGS = 2  # exit status


class SettingsError(Exception):
    """One line that names the variable, its value (never a secret) and what is allowed."""


class Secret:
    """A text that hides itself from logs, errors and ``repr``; only ``reveal`` gives it."""

    __slots__ = ("_value",)

    def __init__(self, value: str = "") -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret(***)" if self._value else "Secret()"

    __str__ = __repr__


@dataclasses.dataclass(frozen=True)
class Parser(Generic[T]):
    """How a text becomes a value. ``parse`` raises ValueError; ``allowed`` ends "allowed: ..."."""

    parse: Callable[[str], T]
    allowed: str
    is_secret: bool = False


class SettingDescription(NamedTuple):
    """What ``.env.example`` says of one setting."""

    name: str
    default: str
    help: str


def wrong_secret(name: str, given: Secret, allowed: str) -> SettingsError:
    """Of one that is judged by what it is for."""
    return SettingsError(f"{name}{'=*** is not allowed' if given else ' is not set'}; allowed: {allowed}")


text: Parser[str] = Parser(str, "any text")
secret: Parser[Secret] = Parser(Secret, "any text", is_secret=True)


def _boolean(word: str) -> bool:
    lowered = word.lower()
    if lowered not in TRUE_WORDS | FALSE_WORDS:
        raise ValueError(word)
    return lowered in TRUE_WORDS


boolean: Parser[bool] = Parser(_boolean, "1, true, yes, on or 0, false, no, off")


def integer(low: int, high: int) -> Parser[int]:
    def parse(digits: str) -> int:
        number = int(digits)
        if not low <= number <= high:
            raise ValueError(digits)
        return number

    return Parser(parse, f"a whole number from {low} to {high}")


def choice(*words: str) -> Parser[str]:
    def parse(word: str) -> str:
        if word not in words:
            raise ValueError(word)
        return word

    return Parser(parse, "one of " + ", ".join(words))


def url(*schemes: str, is_secret: bool = False) -> Parser[str]:
    """A URL of one of these schemes. Mark it secret where it may carry a password."""

    def parse(address: str) -> str:
        parts = urlsplit(address)
        if parts.scheme not in schemes or not (parts.netloc or parts.path):
            raise ValueError(address)
        return address.rstrip("/")

    return Parser(parse, "a URL that starts with " + " or ".join(f"{scheme}://" for scheme in schemes), is_secret)


def setting(name: str, default: Any, parser: Parser[Any], help: str) -> Any:  # noqa: A002 - the field's word
    """A dataclass field that is read from the variable ``name``."""
    return dataclasses.field(default=default, metadata={"name": name, "parser": parser, "help": help})


def _raw(name: str, environ: Mapping[str, str]) -> str | None:
    """The text of a variable, or of the file that ``NAME_FILE`` names; an empty text counts as not set."""
    file_name = environ.get(f"{name}_FILE")
    if environ.get(name):
        if file_name:
            raise SettingsError(f"{name} and {name}_FILE are both set: set only one of them")
        return environ[name]
    if not file_name:
        return None
    try:
        return Path(file_name).read_text(encoding="utf-8").rstrip("\r\n") or None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}_FILE={file_name!r} cannot be read: {type(error).__name__}") from None


def _value(field: dataclasses.Field[Any], environ: Mapping[str, str]) -> Any:
    name, parser = field.metadata["name"], field.metadata["parser"]
    raw = _raw(name, environ)
    if raw is None:
        return field.default
    try:
        return parser.parse(raw)
    except ValueError:
        shown = "***" if parser.is_secret else repr(raw)
        raise SettingsError(f"{name}={shown} is not allowed; allowed: {parser.allowed}") from None


def _setting_fields(cls: type[Any]) -> list[dataclasses.Field[Any]]:
    return [field for field in dataclasses.fields(cls) if "name" in field.metadata]


def read_settings(cls: type[S], environ: Mapping[str, str] | None = None) -> S:
    """Build the frozen dataclass ``cls`` from the environment; SettingsError for the first wrong value."""
    source = os.environ if environ is None else environ
    return cls(**{field.name: _value(field, source) for field in _setting_fields(cls)})


@contextlib.contextmanager
def exit_where_settings_are_wrong() -> Iterator[None]:
    """For whatever starts by them: SettingsError becomes its one line on standard error, and the end of the process."""
    try:
        yield
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(WRONG_SETTINGS) from None


def all_settings(cls: type[Any]) -> list[SettingDescription]:
    """Name, default as it would be written in a file, and meaning, of every setting of ``cls``."""
    return [
        SettingDescription(field.metadata["name"], _written(field.default), field.metadata["help"])
        for field in _setting_fields(cls)
    ]


def _written(default: object) -> str:
    if isinstance(default, bool):
        return str(int(default))
    if isinstance(default, Secret):
        return default.reveal()
    return "" if default is None else str(default)
