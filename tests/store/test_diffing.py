"""Word-level diffs: both texts can be read from them, and any two texts are compared quickly."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.store.diffing import CONTEXT, LONGEST_PIECE, Piece, diff_texts

WORDS = st.lists(st.sampled_from(["red", "blue", "a", " ", "  ", "\n", ".", "Ä", "🙂", "x_1"]), max_size=24).map(
    "".join
)


def told(pieces: list[Piece], *kinds: str) -> str:
    return "".join(piece.text for piece in pieces if piece.kind in kinds)


@given(WORDS, WORDS)
def test_the_old_and_the_new_text_can_be_read_from_a_diff(old: str, new: str) -> None:
    pieces = diff_texts(old, new)
    if all(piece.kind != "skipped" for piece in pieces):
        assert told(pieces, "same", "removed") == old
        assert told(pieces, "same", "added") == new


@given(st.text(max_size=100), st.text(max_size=100))
def test_any_text_can_be_compared(old: str, new: str) -> None:
    pieces = diff_texts(old, new)
    assert told(pieces, "same", "removed") == old
    assert told(pieces, "same", "added") == new
    assert all(piece.text for piece in pieces)


def test_equal_texts_have_nothing_to_show_as_changed() -> None:
    assert diff_texts("same", "same") == [Piece("same", "same")]
    assert diff_texts("", "") == []


def test_a_diff_shows_one_replaced_word() -> None:
    assert diff_texts("ship by Friday please", "ship by Monday please") == [
        Piece("same", "ship by "),
        Piece("removed", "Friday"),
        Piece("added", "Monday"),
        Piece("same", " please"),
    ]


def test_words_with_a_common_start_are_replaced_as_a_whole() -> None:
    assert diff_texts("pending", "pended") == [Piece("removed", "pending"), Piece("added", "pended")]


def test_neighbouring_words_are_replaced_together() -> None:
    assert diff_texts("the red car stops", "the blue boat stops") == [
        Piece("same", "the "),
        Piece("removed", "red car"),
        Piece("added", "blue boat"),
        Piece("same", " stops"),
    ]


def test_a_diff_from_an_empty_text_adds_everything() -> None:
    assert diff_texts("", "hello") == [Piece("added", "hello")]
    assert diff_texts("hello", "") == [Piece("removed", "hello")]


def test_line_breaks_at_the_start_of_a_change_are_a_piece_of_their_own() -> None:
    pieces = diff_texts("First", "First\n\nSecond")
    assert pieces == [Piece("same", "First"), Piece("added", "\n\n"), Piece("added", "Second")]
    assert pieces[1].is_break


def test_unchanged_text_is_cut_to_the_part_near_a_change() -> None:
    text = "word " * 500
    pieces = diff_texts(text + "old" + " word" * 500, text + "new" + " word" * 500)
    assert [piece.kind for piece in pieces] == ["skipped", "same", "removed", "added", "same", "skipped"]
    assert all(len(piece.text) <= CONTEXT for piece in pieces)
    assert "more characters unchanged" in pieces[0].text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("a " * 500_000, "b " * 500_000, id="every word differs"),
        pytest.param("x" * 1_000_000, "x" * 999_999 + "y", id="one endless word"),
        pytest.param("ab " * 300_000, "ba " * 300_000, id="repeating"),
        pytest.param("\n" * 1_000_000, "\n" * 500_000 + "a" + "\n" * 400_000, id="only lines"),
        pytest.param("a b " * 140, "b a " * 140, id="the worst for difflib within the limit"),
        pytest.param(" ".join(map(str, range(290))), " ".join(map(str, reversed(range(290)))), id="reversed"),
    ],
)
def test_a_megabyte_is_compared_quickly_and_shown_briefly(old: str, new: str) -> None:
    began = time.process_time()
    pieces = diff_texts(old, new)
    assert time.process_time() - began < 2.0
    assert all(len(piece.text) <= LONGEST_PIECE + CONTEXT for piece in pieces)
