"""What a log shows at the level at which it shows most."""

import logging
from collections.abc import Iterator

import pytest

from stackroom_kit.logs import configure_logging


@pytest.fixture
def restored() -> Iterator[None]:
    root, urllib3 = logging.getLogger(), logging.getLogger("urllib3")
    before = root.handlers[:], root.level, urllib3.level
    yield
    root.handlers[:], level, of_urllib3 = before
    root.setLevel(level)
    urllib3.setLevel(of_urllib3)


@pytest.mark.usefixtures("restored")
def test_nobody_forges_a_line_or_hides_one(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", "ui")
    logging.getLogger("ui").warning("no such path: %s", "a\r\nb\x1b[2J\x9b1A\u2028c\u202ed\te \u0436\u2764")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(r"no such path: a\r\nb\x1b[2J\x9b1A\u2028c\u202ed\te жз".replace("з", "\u2764"))


@pytest.mark.usefixtures("restored")
def test_nobody_forges_a_line_by_an_exception(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", "ui")
    logging.getLogger("ui").error(
        "failed", exc_info=ValueError("a\n2026-11-27T00:00:00.000Z INFO ui all is well\x1b[2J")
    )
    first, *others = capsys.readouterr().err.splitlines()
    assert first.endswith(" ui failed")
    assert others[-1] == r"  2026-11-27T00:00:00.000Z INFO ui all is well\x1b[2J"
    assert all(line.startswith("  ") for line in others)


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize(("level", "shown"), [("DEBUG", ["own"]), ("INFO", []), ("ERROR", [])])
def test_address_with_the_code_of_a_sign_on_stands_in_no_log(
    level: str, shown: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(level, "ui")
    logging.getLogger("urllib3.connectionpool").debug('"GET /api/identity/oidc/callback?code=secret HTTP/1.1" 303')
    logging.getLogger("ui").debug("own")
    said = capsys.readouterr().err
    assert [word for word in ("own", "secret") if word in said] == shown
