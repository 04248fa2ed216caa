"""``.env.example`` and the settings classes say the same, in both directions."""

import re
from pathlib import Path

from deploy.env_example import env_example, settings_classes
from stackroom_kit.settings import all_settings, read_settings

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / ".env.example"
LINE = re.compile(r"^#([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)


def documented() -> dict[str, str]:
    """Name to default, as the file has them."""
    return dict(LINE.findall(EXAMPLE.read_text(encoding="utf-8")))


def declared() -> dict[str, str]:
    """Name to default, as the code has them."""
    return {one.name: one.default for _, cls in settings_classes() for one in all_settings(cls)}


def test_env_example_names_every_setting_and_no_other() -> None:
    assert documented().keys() == declared().keys()


def test_env_example_gives_every_default() -> None:
    assert documented() == declared()


def test_env_example_is_what_the_settings_classes_say() -> None:
    assert EXAMPLE.read_text(encoding="utf-8") == env_example(), "run `python -m deploy.env_example > .env.example`"


def test_env_example_has_every_line_commented_out() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []


def test_settings_that_several_classes_share_have_one_default() -> None:
    defaults: dict[str, set[str]] = {}
    for _, cls in settings_classes():
        for one in all_settings(cls):
            defaults.setdefault(one.name, set()).add(one.default)
    assert {name: values for name, values in defaults.items() if len(values) > 1} == {}


def test_every_settings_class_can_be_read_from_an_empty_environment() -> None:
    for _, cls in settings_classes():
        read_settings(cls, {})


def test_every_member_package_with_settings_is_known_to_the_example() -> None:
    modules = [
        *ROOT.glob("services/*/*/settings.py"),
        *ROOT.glob("worker-*/*/settings.py"),
        *ROOT.glob("libs/*/*/settings.py"),
    ]
    packages = {path.parent.name for path in modules} - {"stackroom_kit", "stackroom_sql"} | {"deploy.local"}
    assert packages == {member for member, _ in settings_classes()}
