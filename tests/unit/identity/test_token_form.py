"""What a token looks like, and under what it is stored."""

import re
import zlib

import pytest

from identity.token_form import ALPHABET, PATTERN, Peppers, checksum, key_of, new_token
from stackroom_kit.settings import Secret, SettingsError

ONE, TWO = "p" * 32, "q" * 40


def test_token_is_one_word_that_a_scanner_finds() -> None:
    token = new_token()
    assert re.fullmatch(PATTERN, token)
    assert re.fullmatch(r"\w+", token, re.ASCII)
    assert key_of(token) == token.split("_")[1]


def test_tokens_differ() -> None:
    assert len({new_token() for _ in range(1000)}) == 1000


@pytest.mark.parametrize("text", ["", "sr1_a", "sr1_000000000000_00000000000000000000000000000000"])
def test_checksum_is_crc_32_in_six_digits_of_base_62(text: str) -> None:
    number = 0
    for digit in checksum(text):
        number = number * 62 + ALPHABET.index(digit)
    assert (number, len(checksum(text))) == (zlib.crc32(text.encode()), 6)


def wrong_tokens() -> list[str]:
    token = new_token()
    other = ALPHABET[(ALPHABET.index(token[20]) + 1) % len(ALPHABET)]
    return [
        "", token[:-1], f"{token}0", f" {token}", f"{token}\n", token[:20] + other + token[21:],
        token.replace("sr1", "sr2"), token.swapcase(), token.replace("_", "-"), f"{token[:-1]}й",
        "sr1_" + "٠" * 51, "x" * 1_000_000, "\x00" * 55,
    ]  # fmt: skip


@pytest.mark.parametrize("text", wrong_tokens(), ids=range(len(wrong_tokens())))
def test_text_that_is_no_token_is_seen_without_a_look_up(text: str) -> None:
    assert key_of(text) is None


def test_newest_pepper_stores_and_older_ones_go_on() -> None:
    token, old = new_token(), Peppers.of(Secret(ONE))
    digest, both = old.digest(token, old.newest), Peppers.of(Secret(f"2:{TWO}, 1:{ONE}"))
    assert (old.newest, both.newest) == ("1", "2")
    assert both.matches(token, "1", digest)
    assert not both.matches(token, "2", digest)
    assert not both.matches(new_token(), "1", digest)
    assert not Peppers.of(Secret(f"2:{TWO}")).matches(token, "1", digest)


@pytest.mark.parametrize(
    "setting", ["", "short", f"1:{ONE},", f"1:{ONE},1:{TWO}", f"{ONE},{TWO}", f"a b:{ONE}", f"1:2:{ONE}", "п" * 40]
)
def test_wrong_peppers_are_refused_and_not_shown(setting: str) -> None:
    with pytest.raises(SettingsError, match="TOKEN_PEPPERS") as caught:
        Peppers.of(Secret(setting))
    assert not setting or setting not in str(caught.value)
