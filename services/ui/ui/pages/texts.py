"""Texts that depend on words of the API, and those that scripts need; all are translated when a page is rendered."""

from collections.abc import Mapping
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _

from ui.pages.account_texts import account_texts, role_texts
from ui.pages.action_texts import action_texts
from ui.pages.detail_texts import DetailText, detail_texts
from ui.pages.problem_texts import problem_texts
from ui.pages.sizes import pace_texts


def state_texts() -> dict[str, str]:
    return {
        "queued": _("queued"),
        "waiting_for_worker": _("waits for a worker"),
        "running": _("running"),
        "cancelled": _("cancelled"),
        "done": _("done"),
        "done_with_errors": _("done with errors"),
    }


def outcome_texts() -> dict[str, str]:
    return {"ok": _("Done"), "failed": _("Failed"), "refused": _("Refused")}


def conflict_texts() -> dict[str, str]:
    """What a load does with a row whose id is there."""
    return {
        "fail": _("refuse the new row"),
        "skip": _("leave the old row, skip the new one"),
        "update": _("replace its fields by those of the file"),
    }


def worker_texts() -> dict[str, str]:
    """The state of a worker."""
    return {
        "healthy": _("Healthy"),
        "unhealthy": _("Unhealthy"),
        "refused": _("Refused by the server"),
        "gone": _("No connection"),
    }


def change_texts() -> dict[str, str]:
    """What a load did with rows of the register."""
    return {
        "created": _("Added"),
        "updated": _("Changed"),
        "unchanged": _("Unchanged"),
        "skipped": _("Skipped"),
        "removed": _("Removed"),
    }


def encoding_texts() -> dict[str, str]:
    """What a person may choose."""
    return {
        "utf-8": "UTF-8",
        "utf-16": "UTF-16",
        "windows-1251": "Windows-1251",
        "koi8-r": "KOI8-R",
        "koi8-u": "KOI8-U",
        "cp866": "CP866 (DOS)",
        "mac-cyrillic": "MacCyrillic",
        "iso-8859-5": "ISO-8859-5",
        "windows-1252": "Windows-1252",
    }


def form_texts() -> dict[str, str]:
    """What the importer found out about a file."""
    return {
        "csv": "CSV",
        "json": "JSON",
        "ndjson": "NDJSON",
        **encoding_texts(),
        "utf-16le": "UTF-16",
        "utf-16be": "UTF-16",
        "us-ascii": "ASCII",
        ",": _("comma"),
        ";": _("semicolon"),
        "\t": _("tab"),
        "|": _("vertical bar"),
    }


def passed_over_texts() -> dict[str, str]:
    """What was in a file and is in no record, by its name in ``input.passed_over``."""
    return {
        "columns": _("empty columns: {count}"),
        "rows": _("empty rows: {count}"),
        "separator_lines": _("the first line, which names the delimiter"),
        "fields": _("fields that are only shown: {names}"),
    }


def passed_over(counts: Mapping[str, Any]) -> str:
    """In the page's language; nothing where there was nothing."""
    texts = passed_over_texts()
    named = ((texts[name], value) for name, value in counts.items() if value and name in texts)
    return "; ".join(
        words.format(names=", ".join(value)) if isinstance(value, list) else words.format(count=format_decimal(value))
        for words, value in named
    )


def script_texts() -> dict[str, dict[str, str] | list[DetailText]]:
    return {
        "detail": detail_texts(),
        "state": state_texts(),
        "outcome": outcome_texts(),
        "change": change_texts(),
        "found": form_texts(),
        "problem": problem_texts(),
        "pace": pace_texts(),
        "role": role_texts(),
        "account": account_texts(),
        "action": {**action_texts(), **{f"over_{name}": words for name, words in passed_over_texts().items()}},
    }
