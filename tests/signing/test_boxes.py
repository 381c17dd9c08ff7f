import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signing.boxes import Box, NoRoomLeft, boxes_placed
from signing.models.signer import Corner

BL, BR, TL, TR = Corner


@st.composite
def asked_boxes(draw):
    page_count = draw(st.integers(1, 6))
    pages = st.sets(st.integers(1, page_count), min_size=1, max_size=3).map(lambda s: tuple(sorted(s)))
    boxes = draw(st.lists(st.builds(Box, pages=pages, corner=st.sampled_from(Corner)), max_size=12))
    return boxes, page_count


def spots(box: Box) -> set[tuple[int, Corner]]:
    return {(page, box.corner) for page in box.pages}


def test_different_spots_are_left_alone():
    asked = [Box((1,), BL), Box((1,), TR), Box((2,), BL)]
    assert boxes_placed(asked, page_count=2) == asked


def test_the_same_spot_four_times_takes_the_four_corners():
    placed = boxes_placed([Box((1,), TL)] * 4, page_count=1)
    assert [box.corner for box in placed] == [TL, BL, BR, TR]
    assert {box.pages for box in placed} == {(1,)}


def test_a_full_page_leads_to_the_following_one():
    placed = boxes_placed([Box((2,), BL)] * 6, page_count=3)
    assert [(box.pages, box.corner) for box in placed[3:]] == [((2,), TR), ((3,), BL), ((3,), BR)]


def test_nobody_is_moved_to_an_earlier_page():
    with pytest.raises(NoRoomLeft):
        boxes_placed([Box((3,), BL)] * 5, page_count=3)


def test_three_pages_hold_twelve_signatures_and_not_thirteen():
    assert len(boxes_placed([Box((1,), BL)] * 12, page_count=3)) == 12
    with pytest.raises(NoRoomLeft):
        boxes_placed([Box((1,), BL)] * 13, page_count=3)


def test_a_box_on_several_pages_moves_as_a_whole():
    one_page, pair = Box((2,), BL), Box((1, 2), BL)
    assert boxes_placed([one_page, pair], page_count=2) == [one_page, Box((1, 2), BR)]


def test_several_pages_that_are_full_are_shifted_together_as_far_as_the_last_page():
    corners = [Box((1,), corner) for corner in Corner]
    assert boxes_placed([*corners, Box((1, 2), BL)], page_count=3)[-1] == Box((2, 3), BL)
    with pytest.raises(NoRoomLeft):
        boxes_placed([*corners, Box((1, 3), BL)], page_count=3)


@settings(max_examples=200, deadline=None)
@given(asked_boxes())
def test_no_two_boxes_share_a_spot_and_the_order_is_kept(asked):
    boxes, page_count = asked
    try:
        placed = boxes_placed(boxes, page_count=page_count)
    except NoRoomLeft:
        assert len(boxes) > 4
        return
    assert len(placed) == len(boxes)
    taken: set[tuple[int, Corner]] = set()
    for before, after in zip(boxes, placed, strict=True):
        assert not spots(after) & taken
        taken |= spots(after)
        shift = after.pages[0] - before.pages[0]
        assert shift >= 0
        assert after.pages == tuple(page + shift for page in before.pages)
        assert after.pages[-1] <= page_count
    assert not placed or placed[0] == boxes[0]
