"""What the doctor asks: of the checkout and this machine always, of the stack where it runs."""

from collections.abc import Callable, Iterable

from deploy.doctor import Finding
from deploy.doctor.machine import busy_ports, old_environment, unknown_settings, wrong_settings
from deploy.doctor.stack import unread_queues, unserved_operations
from deploy.doctor.tree import migrations_with_two_heads, unlisted_workers, untranslated_titles
from deploy.local.demo_client import VARIABLE
from deploy.local.environment import read_env_file, settings_of_person
from deploy.local.home import DEFAULT, ROOT, Home
from deploy.local.parts import running_gateway

Check = Callable[[], Iterable[Finding]]


def checks() -> list[tuple[str, Check]]:
    """What is asked, and how. Raises LocalError, SettingsError."""
    env_file, home = ROOT / ".env", Home(DEFAULT)
    given = settings_of_person(env_file)
    asked: list[tuple[str, Check]] = [
        ("the environment", lambda: old_environment(ROOT / "requirements-dev.txt")),
        ("names in .env", lambda: unknown_settings(read_env_file(env_file))),
        ("values of settings", lambda: wrong_settings(given)),
        ("migrations", lambda: migrations_with_two_heads(ROOT)),
        ("translations of titles", lambda: untranslated_titles(ROOT)),
        ("folders of workers", lambda: unlisted_workers(ROOT)),
    ]
    if home.supervisor() is None:
        return [*asked, ("ports", lambda: busy_ports(given))]
    url, token = running_gateway(home, given), given.get(VARIABLE, "")
    return [
        *asked,
        ("operations of the running stack", lambda: unserved_operations(url, token)),
        ("queues of the running stack", lambda: unread_queues(url, token)),
    ]
