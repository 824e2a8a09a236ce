"""Highlighting: segments add up to the text and say why they are highlighted."""

from hypothesis import given
from hypothesis import strategies as st

from tickets.classification.classify import classify_ticket
from tickets.classification.highlighting import Segment, mark_text, reasons
from tickets.classification.verdicts import Classification, Evidence

TEXT = "I want a refund at once, it is not urgent"


def evidence(label: str, start: int, end: int, *, term: str = "word", **values: object) -> Evidence:
    category = {"negative": "sentiment", "positive": "sentiment", "action": "action"}.get(label, "urgency")
    whole = {
        "category": category,
        "label": label,
        "term": term,
        "field": "message",
        "start": start,
        "end": end,
        "weight": 1.0,
        "negated": False,
        **values,
    }
    return Evidence(**whole)  # type: ignore[arg-type]


def verdict(
    *places: Evidence, urgency: str = "high", sentiment: str = "neutral", action: bool = True
) -> Classification:
    return Classification(urgency, sentiment, action, (), places)  # type: ignore[arg-type]


def test_plain_text_is_one_segment() -> None:
    assert mark_text("Hello", verdict(), "message") == [Segment("Hello")]


def test_empty_text_has_no_segments() -> None:
    assert mark_text("", verdict(), "message") == []


def test_a_deciding_word_is_a_segment_with_an_explanation() -> None:
    segments = mark_text(TEXT, verdict(evidence("high", 9, 15, term="refund")), "message")
    assert [each.text for each in segments] == ["I want a ", "refund", " at once, it is not urgent"]
    assert segments[1].decided
    assert segments[1].label == "high"
    assert segments[1].title == "urgency: high (refund)"


def test_a_negated_word_is_marked_as_not_deciding() -> None:
    segments = mark_text(TEXT, verdict(evidence("low", 35, 41, term="urgent", negated=True)), "message")
    assert segments[-1].text == "urgent"
    assert not segments[-1].decided
    assert segments[-1].title == "urgency: low (not urgent)"


def test_overlapping_evidence_shares_a_segment_in_the_colour_of_the_stronger() -> None:
    places = (evidence("action", 0, 15, term="i want"), evidence("high", 9, 15, term="refund"))
    segments = mark_text(TEXT, verdict(*places), "message")
    assert [(each.text, each.label) for each in segments[:2]] == [("I want a ", "action"), ("refund", "high")]
    assert segments[1].title == "needs action (i want); urgency: high (refund)"


def test_evidence_of_the_other_field_or_without_weight_is_not_highlighted() -> None:
    places = (evidence("high", 0, 6, field="subject"), evidence("high", 9, 15, weight=0.0))
    assert mark_text(TEXT, verdict(*places), "message") == [Segment(TEXT)]


def test_a_text_shown_in_two_parts_keeps_its_highlights() -> None:
    found = verdict(evidence("high", 9, 15, term="refund"))
    head, tail = (mark_text(TEXT, found, "message", end=12), mark_text(TEXT, found, "message", start=12))
    assert "".join(each.text for each in head + tail) == TEXT
    assert (head[-1].text, tail[0].text) == ("ref", "und")
    assert head[-1].label == tail[0].label == "high"


def test_highlighting_beyond_the_end_of_a_text_is_empty() -> None:
    assert mark_text("short", verdict(), "message", start=100) == []


@given(
    text=st.text(max_size=60),
    places=st.lists(
        st.tuples(st.sampled_from(["high", "low", "negative", "action"]), st.integers(0, 80), st.integers(0, 80))
    ),
)
def test_segments_always_add_up_to_the_text(text: str, places: list[tuple[str, int, int]]) -> None:
    found = verdict(*(evidence(label, min(a, b), max(a, b)) for label, a, b in places))
    segments = mark_text(text, found, "message")
    assert "".join(each.text for each in segments) == text
    assert all(each.text for each in segments)


def test_reasons_name_the_words_that_decided() -> None:
    message = "This is a lawsuit. I am angry. Please help me immediately."
    by_category = {each.category: each for each in reasons(classify_ticket(subject="", message=message))}
    assert by_category["urgency"].verdict == "high"
    assert {"lawsuit (legal)", "immediately"} <= set(by_category["urgency"].terms)
    assert by_category["sentiment"].verdict == "negative"
    assert by_category["action"].verdict == "yes"


def test_reasons_of_a_quiet_ticket_are_empty() -> None:
    found = reasons(Classification("low", "neutral", False, (), ()))
    assert [(each.verdict, each.terms) for each in found] == [("low", ()), ("neutral", ()), ("no", ())]


def test_a_question_mark_is_named_in_words() -> None:
    found = reasons(verdict(evidence("action", 0, 1, term="question")))
    assert found[2].terms == ("a question",)
