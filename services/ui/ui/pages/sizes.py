"""Sizes as people read them."""

from babel.units import format_unit
from flask_babel import get_locale

UNITS = ("byte", "kilobyte", "megabyte", "gigabyte", "terabyte")


def shown_bytes(count: int) -> str:
    """In the largest unit that it fills, of 1024 each, in the page's language."""
    size = min(max(count, 1).bit_length() - 1, 10 * len(UNITS) - 1) // 10
    value = count / 1024**size
    return format_unit(round(value, 1), f"digital-{UNITS[size]}", "short", locale=get_locale() or "ru")
