"""Classification of a ticket by its words: urgency, sentiment and whether it needs action."""

from __future__ import annotations

import sys
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tickets.classification.classify import EVIDENCE_LIMIT, KEYWORD_LIMIT, classify_ticket
from tickets.classification.folding import fold
from tickets.classification.tokenizer import READ_LIMIT
from tickets.classification.verdicts import Classification, Evidence
from tickets.classification.vocabularies.english import VOCABULARY
from tickets.classification.vocabularies.faces import FACES
from tickets.classification.vocabularies.group import Group
from tickets.classification.vocabularies.registry import LANGUAGES, vocabulary_for

URGENCY, SENTIMENT, ACTION, NEGATORS = VOCABULARY.urgency, VOCABULARY.sentiment, VOCABULARY.action, VOCABULARY.negators


def classify(message: str, subject: str = "") -> Classification:
    return classify_ticket(subject=subject, message=message)


def terms(result: Classification, category: str) -> list[str]:
    return [evidence.term for evidence in result.evidence if evidence.category == category]


def of_term(result: Classification, term: str) -> Evidence:
    """The first evidence of a term; urgency and action may share one, then urgency."""
    return max((e for e in result.evidence if e.term == term), key=lambda e: (-e.start, e.category))


# The words that the product promises


@pytest.mark.parametrize(
    "word",
    [
        "lawsuit",
        "GDPR",
        "refund",
        "chargeback",
        "security breach",
        "data breach",
        "critical",
        "urgent",
        "immediately",
        "escalate",
        "executive",
    ],
)
def test_each_documented_urgent_word_makes_a_ticket_high(word: str) -> None:
    result = classify(f"This is about the {word} we mentioned.")
    assert result.urgency == "high"
    assert word.lower() in result.keywords


@pytest.mark.parametrize(
    "word",
    [
        "angry",
        "frustrated",
        "terrible",
        "awful",
        "horrible",
        "disappointed",
        "unacceptable",
        "worst",
        "hate",
    ],
)
def test_each_documented_angry_word_makes_a_ticket_negative(word: str) -> None:
    result = classify(f"All I can say: {word}.")
    assert result.sentiment == "negative"
    assert word in result.keywords


@pytest.mark.parametrize(
    "text",
    [
        "I need the invoice of May",
        "We require two more seats",
        "This is a request from the finance department",
        "Someone please help",
        "It stopped there, can you have it looked at",
        "We would like a second account",
        "I want to change my plan",
        "I am looking for the invoice of May",
    ],
)
def test_each_documented_request_requires_action(text: str) -> None:
    result = classify(text)
    assert result.requires_action
    assert result.keywords


def test_a_ticket_without_any_signal_is_low_and_neutral_and_needs_no_action() -> None:
    nothing = Classification("low", "neutral", False, (), ())
    assert classify("The parcel went to the second floor.", "Parcel") == nothing
    assert classify("", "") == nothing


# Urgency


@pytest.mark.parametrize(
    "text",
    [
        "I cannot log in",
        "Error on export",
        "The screen is broken",
        "The printer is not working",
        "There is a bug in the report",
    ],
)
def test_a_fault_report_is_medium_and_neutral(text: str) -> None:
    result = classify(text)
    assert (result.urgency, result.sentiment) == ("medium", "neutral")


def test_many_faults_in_one_report_are_still_medium() -> None:
    text = "Error, crash, timeout: the page freezes, the export fails, files are missing and the login is slow."
    assert classify(text).urgency == "medium"


@pytest.mark.parametrize("text", ["Where can I find my invoices?", "Could you tell me your opening hours?"])
def test_a_polite_question_is_low_and_requires_action(text: str) -> None:
    result = classify(text)
    assert (result.urgency, result.requires_action) == ("low", True)


@pytest.mark.parametrize(
    "text",
    [
        "We are going to sue you",
        "Our lawyers will be in touch",
        "I have filed a chargeback",
        "We found a data breach",
        "My account was hacked",
        "This is a GDPR violation",
    ],
)
@pytest.mark.parametrize("damping", ["No rush, whenever you can, low priority, just curious, FYI.", "At your leisure."])
def test_threats_chargebacks_and_breaches_are_high_whatever_else_is_said(text: str, damping: str) -> None:
    assert classify(f"{damping} {text}. {damping}").urgency == "high"


def test_words_of_patience_outweigh_an_ordinary_urgent_word() -> None:
    assert classify("A refund would be fine").urgency == "high"
    assert classify("A refund would be fine, no rush, whenever you can").urgency != "high"


@pytest.mark.parametrize(
    "text",
    [
        "There was no data breach",
        "No sign of a data breach so far",
        "We have not been hacked",
        "This is not urgent",
        "This is not at all urgent",
        "It isn't really that urgent",
        "It is no longer urgent",
        "It isn\u2019t critical",
    ],
)
def test_a_negated_urgent_word_is_not_high(text: str) -> None:
    result = classify(text)
    assert result.urgency == "low"
    assert any(evidence.negated for evidence in result.evidence)
    assert result.keywords == ()


@pytest.mark.parametrize(
    "text",
    [
        "You did not refund me",
        "If you don't refund the order I call my bank",
        "This is not working, urgent",
        "It is not fixed. Urgent!",
        "You have not answered our lawsuit",
        "This is not only urgent but costs us money",
        "I do not know why, but this is critical",
    ],
)
def test_a_not_elsewhere_does_not_negate_the_urgency(text: str) -> None:
    assert classify(text).urgency == "high"


@pytest.mark.parametrize(
    "text",
    [
        "What is in your refund policy?",
        "It closes immediately after the start",
        "The executive summary is on page 2",
        "If you are not the recipient, notify the sender immediately",
    ],
)
def test_urgent_words_inside_harmless_phrases_are_not_high(text: str) -> None:
    assert classify(text).urgency != "high"


# Boundaries


@pytest.mark.parametrize(
    "text",
    [
        "the download",
        "your courtesy",
        "a badge",
        "the hatefully named chat",  # 'hate' and 'hat'
        "criticality",
        "refundability",
        "issuers",
        "Sue plays tennis",
        "urgently\u00e9",
        "\u00fcberurgent",
    ],
)
def test_part_of_another_word_is_not_a_match(text: str) -> None:
    found = classify(text).evidence
    assert [evidence.term for evidence in found if evidence.term not in ("courtesy",)] == []


@pytest.mark.parametrize(
    "text", ["(urgent)", "*urgent*", "_urgent_", "'urgent'", "urgent!", "re:urgent", "URGENT", "\u200furgent\u200f"]
)
def test_punctuation_around_a_word_does_not_hide_it(text: str) -> None:
    assert classify(text).urgency == "high"


@pytest.mark.parametrize(
    "text", ["please help", "please  help", "please\nhelp", "please \r\n  help", "please\u00a0help", "PLEASE\tHELP"]
)
def test_white_space_inside_a_phrase_may_be_of_any_kind_and_length(text: str) -> None:
    result = classify(text)
    assert of_term(result, "please help").start == 0
    assert of_term(result, "please help").end == len(text)


@pytest.mark.parametrize("apostrophe", ["'", "\u2019", "\u2018"])
def test_straight_and_curly_apostrophes_are_the_same(apostrophe: str) -> None:
    result = classify(f"I can{apostrophe}t log in")
    assert "can't log in" in terms(result, "urgency")


def test_of_overlapping_terms_only_the_longest_counts() -> None:
    assert terms(classify("this was a security breach, please"), "urgency") == ["security breach"]
    assert terms(classify("waste of time"), "sentiment") == ["waste of time"]


# Feeling


@pytest.mark.parametrize(
    "text",
    [
        "Another of your broken promises",
        "I am heartbroken",
        "Nobody answers at your broken support",
        "Your broken promise",
    ],
)
def test_broken_is_negative_in_a_figure_of_speech(text: str) -> None:
    assert classify(text).sentiment == "negative"


@pytest.mark.parametrize("text", ["The screen is broken", "A broken link on page 3", "My phone arrived broken"])
def test_broken_is_a_fault_in_a_fault_report(text: str) -> None:
    result = classify(text)
    assert (result.urgency, result.sentiment, result.requires_action) == ("medium", "neutral", True)


@pytest.mark.parametrize(
    "text",
    ["Excellent work, I love it", "Great service!", "Thank you so much, you are wonderful", "Thanks!", "\U0001f60a"],
)
def test_praise_and_thanks_are_positive(text: str) -> None:
    assert classify(text).sentiment == "positive"


@pytest.mark.parametrize(
    "text",
    [
        "Could you send me the invoice? Thanks, Ann",
        "I cannot log in. Thank you",
        "Kind regards",
        "Good morning, I wanted to know the price. Best regards",
        "It would be great if you could call",
    ],
)
def test_polite_phrases_are_neutral(text: str) -> None:
    assert classify(text).sentiment == "neutral"


def test_thanks_do_not_soften_anger() -> None:
    assert classify("I am disappointed. Thank you.").sentiment == "negative"


@pytest.mark.parametrize(
    "text", ["I am not happy", "This isn't very helpful", "It was never good", "I don\u2019t like it"]
)
def test_negated_praise_is_negative(text: str) -> None:
    assert classify(text).sentiment == "negative"


@pytest.mark.parametrize("text", ["I am not angry", "It is not terrible", "I was never disappointed"])
def test_negated_blame_is_not_negative(text: str) -> None:
    assert classify(text).sentiment != "negative"


@pytest.mark.parametrize(
    "text",
    ["It does not matter, I hate it", "Not today. I hate it", "I could not come but I hate it", "No\n\nhate"],
)
def test_a_not_only_negates_within_its_clause(text: str) -> None:
    result = classify(text)
    assert not of_term(result, "hate").negated
    assert result.sentiment == "negative"


def test_a_term_that_contains_a_not_negates_nothing_else() -> None:
    result = classify("login not working great disappointment")
    assert not of_term(result, "disappointment").negated


# Asking


@pytest.mark.parametrize(
    "text",
    [
        "Please send the invoice",
        "Plz, the invoice",
        "Could you check this",
        "Send me the invoice of May.",
        "Hello,\nCancel my order.",
        "And the price?",
        "Wann kommt das Paket?",
        "\u0645\u062a\u0649\u061f",
    ],
)
def test_plain_requests_require_action(text: str) -> None:
    assert classify(text).requires_action


def test_a_plain_please_and_a_question_mark_are_evidence_but_not_keywords() -> None:
    result = classify("The parcel, please? ")
    assert result.requires_action
    assert terms(result, "action") == ["please", "question"]
    assert result.keywords == ()


@pytest.mark.parametrize(
    "text",
    [
        "We will send the invoice on Monday.",
        "https://example.test/list?page=2",
        "I would like to thank your team",
        "No action required",
        "If you need anything, feel free to write",
        "Thank you for your help",
    ],
)
def test_statements_and_polite_phrases_need_no_action(text: str) -> None:
    assert not classify(text).requires_action


def test_an_imperative_counts_only_at_the_start_of_a_sentence() -> None:
    assert classify("Cancel it.").requires_action
    assert not classify("They had to close it.").requires_action


# What is read


def test_the_subject_counts_as_much_as_the_message() -> None:
    result = classify("see above", "Urgent: I am angry, please help")
    assert (result.urgency, result.sentiment, result.requires_action) == ("high", "negative", True)
    assert {evidence.field for evidence in result.evidence} == {"subject"}


def test_quoted_text_and_signatures_do_not_count() -> None:
    text = (
        "Fine with me.\n\nOn Monday, Ann wrote:\n> This is urgent, I am angry!\n>> lawsuit\n-- \nBob, Critical Systems"
    )
    result = classify(text)
    assert (result.urgency, result.sentiment) == ("low", "neutral")


def test_a_message_with_only_a_quotation_is_classified() -> None:
    assert classify("> This is urgent").urgency == "high"


def test_an_entry_counts_once_however_often_it_is_repeated() -> None:
    assert classify("important").urgency == classify("important " * 50).urgency == "medium"


def test_keywords_are_distinct_in_order_and_only_what_decided() -> None:
    result = classify("A refund, urgent! I hate this. Refund! I hate it. Not critical.", "Refund")
    assert result.keywords == ("refund", "urgent", "hate")


def test_keywords_and_evidence_have_a_limit() -> None:
    every_term = ". ".join(term for group in SENTIMENT for term in group.terms)
    result = classify(every_term, every_term)
    assert len(result.evidence) == EVIDENCE_LIMIT
    assert len(result.keywords) == KEYWORD_LIMIT


def test_evidence_is_in_order_of_subject_first_and_start() -> None:
    result = classify("I hate errors, please help, urgent", "urgent? Terrible error")
    order = [(evidence.field == "message", evidence.start) for evidence in result.evidence]
    assert order == sorted(order)
    assert {flag for flag, _ in order} == {False, True}


def test_evidence_signs_and_labels_agree() -> None:
    result = classify("Not urgent, no rush. I am not happy. I hate it, thanks, great. I don't need it.")
    assert of_term(result, "urgent").label == "low"
    assert of_term(result, "urgent").weight < 0
    assert of_term(result, "no rush").label == "low"
    assert of_term(result, "hate").weight < 0 < of_term(result, "great").weight
    assert of_term(result, "great").label == "positive"
    assert of_term(result, "need").negated
    assert of_term(result, "need").weight == 0


# Any text


def matches_its_term(evidence: Evidence, text: str) -> bool:
    """Whether the original text at the evidence's offsets is the term, up to case, white space and typography."""
    piece = text[evidence.start : evidence.end]
    if evidence.term == "question" and piece in {"?", "\uff1f", "\u061f"}:
        return True
    if evidence.term in _CONSTRUCTIONS:
        return piece == piece.strip() != ""
    if evidence.term in FACES:
        return piece.lower().replace("\u2019", "'").replace("\u2018", "'") == evidence.term
    return " ".join(fold(piece).split()) == " ".join(fold(evidence.term).split())


_TERMS = sorted(
    {term for group in (*URGENCY, *SENTIMENT, *ACTION) for term in group.terms} | set(NEGATORS) | set(FACES)
)
_CONSTRUCTIONS = {each.construction.name for each in VOCABULARY.patterns}
_ANCHORS = sorted({anchor for each in VOCABULARY.patterns for anchor in each.anchors})
_NOISE = st.sampled_from(
    [
        "  ",
        "\n",
        "\n\n",
        "\r\n",
        "\t",
        "\u00a0",
        "\u2003",
        "\u0130",
        "\u1e9e",
        "\u00df",
        "\u03a3",
        "\u200f",
        "\x00",
        "\ud800",
        "\u0301",
        "\u2019",
        "\u2014",
        ", ",
        ". ",
        "? ",
        "> ",
        "\n> ",
        "\n-- \n",
        "not ",
        "\U0001f621",
        "\ufb01",
        "\U0001d5d4",
    ]
)
_TEXTS = st.one_of(
    st.text(st.characters()),
    st.lists(
        st.one_of(
            st.sampled_from(_TERMS),
            st.sampled_from(_TERMS).map(str.upper),
            st.sampled_from(_ANCHORS),
            _NOISE,
            st.text(max_size=4),
        ),
        max_size=25,
    ).map("".join),
    st.lists(st.one_of(st.sampled_from(_TERMS), _NOISE), max_size=25).map(" ".join),
)


@given(subject=_TEXTS, message=_TEXTS)
@example(subject="\u0130\u0130 urgent", message="\u0130  please \n\n  help\u0130 urgent \u0130\n")
@example(subject="A question?", message="QUESTION")
@example(subject="", message="I can\u2019t  log \r\n in? \ud83d urgent")
def test_offsets_point_at_the_words_in_the_original_text(subject: str, message: str) -> None:
    texts = {"subject": subject, "message": message}
    for evidence in classify_ticket(subject=subject, message=message).evidence:
        assert matches_its_term(evidence, texts[evidence.field]), evidence


@given(before=st.text(st.characters(), max_size=30), after=st.text(st.characters(), max_size=30))
def test_a_threat_is_found_anywhere_in_the_text(before: str, after: str) -> None:
    text = f"Lawsuit. {before}. \u0130 lawsuit! {after}"
    result = classify(text)
    assert result.urgency == "high"
    found = of_term(result, "lawsuit")
    assert text[found.start : found.end].lower() == "lawsuit"


def test_no_character_shifts_the_offsets_after_it() -> None:
    # every character of Unicode, in pieces below the reading limit
    for first in range(0, sys.maxunicode + 1, 15_000):
        characters = "".join(map(chr, range(first, min(first + 15_000, sys.maxunicode + 1))))
        text = f"{characters.replace('>', '')}\nlawsuit"
        found = [evidence for evidence in classify(text).evidence if evidence.label == "high"]
        assert [text[evidence.start :] for evidence in found] == ["lawsuit"], hex(first)


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "not ",
        "urgent ",
        "> ",
        " ",
        "\n",
        "\n>",
        "On ",
        "\n-- ",
        "?",
        "\U0001f621",
        "can't ",
        "\u0130 ",
        "not happy, ",
        "-",
        "\x00",
    ],
)
def test_classifying_a_megabyte_takes_no_longer_than_the_reading_limit(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    classify("warm up")
    started = time.process_time()
    classify(text, text)
    assert time.process_time() - started < 2.0


def test_text_beyond_the_reading_limit_is_ignored() -> None:
    assert classify("x " * (READ_LIMIT // 2 - 10) + "urgent").urgency == "high"
    assert classify("x " * (READ_LIMIT // 2) + "urgent").urgency == "low"


# The vocabulary itself


def _entries(groups: tuple[Group, ...]) -> list[tuple[str, bool]]:
    return [(fold(term), group.opens_sentence) for group in groups for term in group.terms]


@pytest.mark.parametrize("groups", [URGENCY, SENTIMENT, ACTION], ids=["urgency", "sentiment", "action"])
def test_no_vocabulary_entry_occurs_twice_in_a_category(groups: tuple[Group, ...]) -> None:
    entries = _entries(groups)
    assert sorted({entry for entry in entries if entries.count(entry) > 1}) == []


@pytest.mark.parametrize("groups", [URGENCY, SENTIMENT, ACTION], ids=["urgency", "sentiment", "action"])
def test_every_vocabulary_entry_is_found_in_its_own_text(groups: tuple[Group, ...]) -> None:
    for group in groups:
        for term in group.terms:
            if group.weight and not group.courtesy:
                assert term in [evidence.term for evidence in classify(term).evidence], term


def test_vocabulary_entries_are_lower_case_words_with_single_spaces() -> None:
    for folded, _ in _entries((*URGENCY, *SENTIMENT, *ACTION)):
        assert folded == " ".join(folded.split()) != ""


def test_the_vocabulary_has_enough_entries() -> None:
    def count(label: str) -> int:
        groups = (*URGENCY, *SENTIMENT, *ACTION)
        return sum(len(group.terms) for group in groups if group.label == label and group.weight)

    assert min(count("high"), count("medium"), count("action")) > 120
    assert min(count("negative"), count("positive")) > 280
    assert count("low") >= 20


def test_languages_are_found_by_their_code_and_its_variants() -> None:
    assert vocabulary_for("en") is vocabulary_for(None) is vocabulary_for("EN-gb") is VOCABULARY
    assert vocabulary_for("xx") is None


def test_every_language_of_the_registry_has_a_vocabulary_under_its_own_code() -> None:
    for code in LANGUAGES:
        found = vocabulary_for(code)
        assert found is not None
        assert found.language == code
