"""What a word of the command line may be; a wrong one is told before anything is sent."""

import argparse
import math
import re

_BATCH = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_KEY = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)


def batch_id(value: str) -> str:
    if not _BATCH.fullmatch(value):
        raise argparse.ArgumentTypeError("a batch's id has letters, digits, - and _ only")
    return value


def idempotency_key(value: str) -> str:
    if not _KEY.fullmatch(value):
        raise argparse.ArgumentTypeError("a key has 1 to 200 printable ASCII characters without spaces")
    return value


def text(value: str) -> str:
    """Refuses bytes that are no text in the terminal's encoding: they could not be sent."""
    if not value.isprintable():
        raise argparse.ArgumentTypeError("only printable characters can be sent")
    return value


def seconds(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 86_400:
        raise argparse.ArgumentTypeError("seconds, from 0 to 86400")
    return number


def count(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 1 <= int(value[:9]) <= 100_000:
        raise argparse.ArgumentTypeError("a whole number from 1 to 100000")
    return int(value)
