"""``python -m deploy.doctor``; the exit status is 1 where something was found."""

import sys
from collections.abc import Sequence

from deploy.doctor import Finding


def main() -> int:
    try:
        return 1 if _asked() else 0
    except ModuleNotFoundError as error:  # of an environment that is much older than its lock
        return 1 if _told("the environment", [Finding(f"{error.name} is not installed", "make environment")]) else 0


def _asked() -> int:
    """Gives the number of findings."""
    from deploy.doctor.checks import checks
    from deploy.local.errors import LocalError
    from stackroom_kit.settings import SettingsError

    try:
        return sum(_told(what, list(check())) for what, check in checks())
    except (LocalError, SettingsError) as failure:
        return _told("settings", [Finding(str(failure), "correct it in .env, or unset it in this shell")])


def _told(what: str, findings: Sequence[Finding]) -> int:
    """Gives their number."""
    sys.stdout.write(f"{'found' if findings else 'good '} | {what}\n")
    for finding in findings:
        sys.stdout.write(f"      | {finding.what}\n      |   -> {finding.mend}\n")
    return len(findings)


if __name__ == "__main__":
    sys.exit(main())
