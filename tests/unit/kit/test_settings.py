"""Settings: from the environment or a file, refused with one line, secrets never shown."""

import dataclasses
from pathlib import Path

import pytest

from stackroom_kit.settings import Secret, SettingsError, boolean, integer, read_settings, secret, setting, url


@dataclasses.dataclass(frozen=True)
class Example:
    number: int = setting("NUMBER", 5, integer(1, 10), "A number.")
    flag: bool = setting("FLAG", False, boolean, "A flag.")
    password: Secret = setting("PASSWORD", Secret(), secret, "A password.")
    broker: str = setting("BROKER", "redis://a", url("redis", "rediss", is_secret=True), "An address.")


def refused(**environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings(Example, environ)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_settings_have_defaults_and_an_empty_text_counts_as_not_set() -> None:
    assert read_settings(Example, {"NUMBER": "", "FLAG": ""}) == Example()


@pytest.mark.parametrize(("text", "value"), [("1", True), ("Yes", True), ("on", True), ("0", False), ("FALSE", False)])
def test_flag_takes_the_usual_words(text: str, value: bool) -> None:
    assert read_settings(Example, {"FLAG": text}).flag is value


@pytest.mark.parametrize("number", ["0", "11", "x", "1.5", "1e1"])
def test_wrong_value_is_named_with_what_is_allowed(number: str) -> None:
    assert refused(NUMBER=number) == f"NUMBER={number!r} is not allowed; allowed: a whole number from 1 to 10"


def test_wrong_secret_is_not_shown() -> None:
    message = refused(BROKER="amqp://user:hunter2@host")
    assert "hunter2" not in message
    assert message.startswith("BROKER=*** is not allowed; allowed: a URL that starts with redis:// or rediss://")


def test_secret_hides_itself() -> None:
    settings = read_settings(Example, {"PASSWORD": "hunter2"})
    assert settings.password.reveal() == "hunter2"
    assert "hunter2" not in f"{settings} {settings.password!r}"


def test_setting_is_read_from_a_file_without_its_line_break(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("hunter2\n")
    assert read_settings(Example, {"PASSWORD_FILE": str(path)}).password.reveal() == "hunter2"


def test_missing_file_is_named(tmp_path: Path) -> None:
    assert "PASSWORD_FILE=" in refused(PASSWORD_FILE=str(tmp_path / "none"))


def test_value_and_file_together_are_refused() -> None:
    assert refused(NUMBER="3", NUMBER_FILE="/dev/null") == "NUMBER and NUMBER_FILE are both set: set only one of them"
