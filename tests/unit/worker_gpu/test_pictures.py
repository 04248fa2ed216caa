"""Pictures of shots: which one is taken, how many are kept, and what is written."""

import io
from fractions import Fraction

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame

from worker_gpu.shots.pictures import MOST, PictureMaker, PictureStore, jpeg, upright
from worker_gpu.shots.sheet import MOST as MOST_CELLS
from worker_gpu.shots.sheet import ContactSheet


def picture(number: int) -> VideoFrame:
    frame = VideoFrame(16, 16, "gray")
    frame.pts = number
    return frame


def store(*numbers: int) -> PictureStore:
    made = PictureStore()
    made.add([(number, picture(number)) for number in numbers], 0)
    return made


def taken(pictures: PictureStore, first: int, last: int) -> int | None:
    found = pictures.take(first, last)
    return None if found is None else found.pts


def test_picture_nearest_to_the_middle_of_the_shot_is_taken() -> None:
    pictures = store(0, 10, 48, 90, 101)
    assert taken(pictures, 0, 100) == 48
    assert taken(pictures, 101, 120) == 101


def test_shot_without_a_picture_of_its_own_gets_the_last_before_it() -> None:
    pictures = store(0, 10, 30)
    assert taken(pictures, 0, 20) == 10
    assert taken(pictures, 21, 25) == 10
    assert taken(pictures, 26, 40) == 30


def test_store_without_pictures_has_none() -> None:
    assert taken(PictureStore(), 0, 5) is None


def test_long_shot_keeps_pictures_all_over_it_and_no_more_than_the_limit() -> None:
    pictures = PictureStore()
    for number in range(0, 100_000, 10):
        pictures.add([(number, picture(number))], decided=number)
        assert len(pictures) <= MOST
    found = taken(pictures, 0, 99_999)
    assert found == pytest.approx(50_000, abs=2_000)


def test_pictures_that_are_not_judged_yet_are_kept_while_a_long_shot_goes_on() -> None:
    pictures = store(*range(0, MOST * 10, 10))
    young = [MOST * 10 + number for number in range(20)]
    pictures.add([(number, picture(number)) for number in young], decided=MOST * 10)
    pictures.take(0, MOST * 10 - 1)
    assert [taken(pictures, number, number) for number in young] == young


@pytest.mark.parametrize(
    ("size", "shape", "expected"),
    [
        ((1920, 1080), Fraction(1), (320, 180)),
        ((1080, 1920), None, (180, 320)),
        ((720, 576), Fraction(64, 45), (320, 180)),
        ((64, 64), Fraction(1), (320, 320)),
        ((8192, 16), Fraction(1), (320, 16)),
    ],
)
def test_pictures_have_the_proportions_in_which_the_video_is_shown(
    size: tuple[int, int], shape: Fraction | None, expected: tuple[int, int]
) -> None:
    made = PictureMaker(*size, shape)
    assert (made.width, made.height) == expected


def test_jpeg_has_the_pixels_turned_upright() -> None:
    pixels = np.zeros((32, 64, 3), np.uint8)
    pixels[:, :32, 0] = 255  # red on the left
    turned = upright(VideoFrame.from_ndarray(pixels, "rgb24"), 270)
    with av.open(io.BytesIO(jpeg(turned)), "r") as container:
        read = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert read.shape == (64, 32, 3)
    assert read[8, 16, 0] > 200  # clockwise: left is now above
    assert read[56, 16, 0] < 50


@pytest.mark.parametrize("shots", [1, 2, 7, 99, 100, 101, 5000])
def test_sheet_holds_every_shot_or_evenly_spread_ones(shots: int) -> None:
    sheet = ContactSheet()
    for number in range(shots):
        sheet.add(np.full((90, 160, 3), number % 200 + 25, np.uint8))
    drawn = sheet.picture()
    assert drawn is not None
    cells = len(sheet._cells)
    assert min(shots, MOST_CELLS // 2) <= cells <= MOST_CELLS
    height, width = drawn.shape[:2]
    assert height % 2 == width % 2 == 0
    assert width * height < 1.4 * cells * 84 * 49 + 3000
    assert jpeg(drawn).startswith(b"\xff\xd8\xff")


def test_sheet_without_shots_is_none() -> None:
    assert ContactSheet().picture() is None
