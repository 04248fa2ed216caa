"""Sizes and paces as people read them."""

from babel.units import format_unit
from flask_babel import format_decimal, get_locale
from flask_babel import gettext as _

UNITS = ("byte", "kilobyte", "megabyte", "gigabyte", "terabyte")


def shown_bytes(count: int) -> str:
    """In the largest unit that it fills, of 1024 each, in the page's language."""
    size = min(max(count, 1).bit_length() - 1, 10 * len(UNITS) - 1) // 10
    value = count / 1024**size
    return format_unit(round(value, 1), f"digital-{UNITS[size]}", "short", locale=get_locale() or "ru")


def pace_texts() -> dict[str, str]:
    return {
        "per_second": _("{count} records/s"),
        "per_minute": _("{count} records/min"),
        "per_hour": _("{count} records/h"),
    }


def shown_pace(per_second: float | None) -> str:
    """In the unit in which it is one or more, as scripts say it: of long videos a second sees a thousandth."""
    if per_second is None:
        return "—"
    unit, seconds = next(
        (one for one in (("per_second", 1), ("per_minute", 60)) if per_second * one[1] >= 1), ("per_hour", 3600)
    )
    value = per_second * seconds
    return pace_texts()[unit].format(count=format_decimal(round(value, 1) if value < 10 else round(value)))
