"""What a token looks like."""

import re
import zlib

import pytest

from stackroom_kit.token_form import ALPHABET, API_TOKEN, WORKER_TOKEN, TokenForm, checksum

FORMS = pytest.mark.parametrize("form", [API_TOKEN, WORKER_TOKEN], ids=lambda form: form.prefix)


@FORMS
def test_token_is_one_word_that_a_scanner_finds(form: TokenForm) -> None:
    token = form.new_token()
    assert re.fullmatch(form.pattern, token)
    assert re.fullmatch(r"\w+", token, re.ASCII)
    assert form.key_of(token) == token.split("_")[1]


@FORMS
def test_tokens_differ(form: TokenForm) -> None:
    assert len({form.new_token() for _ in range(1000)}) == 1000


def test_token_of_one_kind_is_none_of_the_other() -> None:
    assert WORKER_TOKEN.key_of(API_TOKEN.new_token()) is None
    assert API_TOKEN.key_of(WORKER_TOKEN.new_token()) is None


@pytest.mark.parametrize("text", ["", "sr1_a", "sr1_000000000000_00000000000000000000000000000000"])
def test_checksum_is_crc_32_in_six_digits_of_base_62(text: str) -> None:
    number = 0
    for digit in checksum(text):
        number = number * 62 + ALPHABET.index(digit)
    assert (number, len(checksum(text))) == (zlib.crc32(text.encode()), 6)


def wrong_tokens(form: TokenForm) -> list[str]:
    token = form.new_token()
    other = ALPHABET[(ALPHABET.index(token[20]) + 1) % len(ALPHABET)]
    return [
        "", token[:-1], f"{token}0", f" {token}", f"{token}\n", token[:20] + other + token[21:],
        token.replace("1_", "2_", 1), token.swapcase(), token.replace("_", "-"), f"{token[:-1]}й",
        f"{form.prefix}_" + "٠" * 51, "x" * 1_000_000, "\x00" * 55,
    ]  # fmt: skip


@FORMS
@pytest.mark.parametrize("number", range(13))
def test_text_that_is_no_token_is_seen_without_a_look_up(form: TokenForm, number: int) -> None:
    assert form.key_of(wrong_tokens(form)[number]) is None
