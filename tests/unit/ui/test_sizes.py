"""Paces as people read them, in the language of the page."""

import pytest

from tests.support.translated import page_in
from ui.pages.sizes import shown_pace


@pytest.mark.parametrize(
    ("per_second", "expected"),
    [
        (None, "—"),
        (0.001, "3,6 записей/ч"),
        (0.0123, "44 записей/ч"),
        (0.5, "30 записей/мин"),
        (7.25, "7,2 записей/с"),
        (12345.6, "12\xa0346 записей/с"),
    ],
)
def test_pace_is_in_a_unit_that_people_can_picture(per_second: float | None, expected: str) -> None:
    with page_in():
        assert shown_pace(per_second) == expected
