"""What a vocabulary can say about its language: late negators, phrases that need a "not", spellings without accents."""

from __future__ import annotations

import unicodedata

import pytest

from tickets.classification.classify import classify_ticket
from tickets.classification.text_scan import TextScan
from tickets.classification.vocabularies.construction import Phrasing
from tickets.classification.vocabularies.entries import SENTIMENT_SLOT, URGENCY_SLOT
from tickets.classification.vocabularies.group import Group, split_terms
from tickets.classification.vocabularies.registry import forget_terms, vocabulary_for
from tickets.classification.vocabularies.vocabulary import Vocabulary

GERMAN = Vocabulary(
    language="de",
    urgency=(Group("medium", 0.4, ("funktioniert", "lädt"), "needed"),),
    sentiment=(Group("positive", 2.0, ("gefällt",), "around"), Group("negative", -2.0, ("schade",), "any")),
    action=(),
    negators=("nicht", "kein"),
    no_negation=("nicht nur",),
    fillers=frozenset(),
    clause_words=frozenset(("aber",)),
    late_negators=frozenset(("nicht",)),
    negated_form="{} nicht",
    digraphs=(("ä", "ae"),),
)
FRENCH = Vocabulary(
    language="fr",
    urgency=(),
    sentiment=(Group("negative", -2.0, ("déçu",), "close"),),
    action=(),
    negators=("pas",),
    no_negation=(),
    fillers=frozenset(("très", "été")),
    clause_words=frozenset(),
    accents=(("é", "e"), ("è", "e"), ("ç", "c")),
)


def terms(text: str, slot: int, vocabulary: Vocabulary = GERMAN) -> list[str]:
    return [entry.term for _, _, entry in TextScan(text, vocabulary).hits[slot]]


def is_negated(text: str, vocabulary: Vocabulary = GERMAN) -> bool:
    scan = TextScan(text, vocabulary)
    ((start, end, entry),) = scan.hits[SENTIMENT_SLOT]
    return scan.is_negated(start, end, entry)


@pytest.mark.parametrize(
    "text",
    [
        "Die Suche funktioniert nicht.",
        "Seit gestern funktioniert bei uns im Büro die Suche nicht.",
        "Ich sehe, dass die Suche nicht mehr funktioniert",
    ],
)
def test_a_phrase_that_needs_a_not_counts_with_one(text: str) -> None:
    assert terms(text, URGENCY_SLOT) == ["funktioniert nicht"]


@pytest.mark.parametrize(
    "text",
    [
        "Die Suche funktioniert.",
        "Sie funktioniert, nicht wahr?",
        "Sie funktioniert aber nicht immer gleich",
        "Sie funktioniert nicht nur hier",
        "Sie funktioniert kein bisschen anders",
        "Sie funktioniert bei uns in allen Räumen und Fluren ganz bestimmt nicht",
    ],
)
def test_a_phrase_that_needs_a_not_is_nothing_without_one(text: str) -> None:
    assert terms(text, URGENCY_SLOT) == []


@pytest.mark.parametrize("text", ["Das gefällt mir gar nicht", "was mir nicht gefällt"])
def test_a_not_may_follow_what_it_negates(text: str) -> None:
    assert is_negated(text)


@pytest.mark.parametrize("text", ["Das gefällt mir, nicht das andere", "Das gefällt mir, aber nicht allen"])
def test_a_not_of_another_clause_negates_nothing(text: str) -> None:
    assert not is_negated(text)


def test_a_not_after_a_phrase_that_is_negated_from_the_front_has_no_effect() -> None:
    assert not is_negated("Schade dass es nicht geht")
    assert is_negated("nicht schade")


def test_a_digraph_stands_for_an_umlaut() -> None:
    assert terms("Das gefaellt mir", SENTIMENT_SLOT) == terms("Das gefällt mir", SENTIMENT_SLOT) == ["gefällt"]
    assert terms("Das gefallt mir", SENTIMENT_SLOT) == []


@pytest.mark.parametrize("text", ["Je suis DECU", "Je suis déçu", "je suis décu"])
def test_accents_make_no_difference_where_the_vocabulary_says_so(text: str) -> None:
    assert terms(text, SENTIMENT_SLOT, FRENCH) == ["déçu"]


@pytest.mark.parametrize("text", ["pas été très déçu", "pas ete tres déçu"])
def test_fillers_are_compared_without_accents_too(text: str) -> None:
    assert is_negated(text, FRENCH)


def test_alternatives_are_spelled_out() -> None:
    assert split_terms("déçu(|e|s), (seit|vor) (zwei|2) tagen, ganz (sehr|) klar") == (
        "déçu",
        "déçue",
        "déçus",
        "seit zwei tagen",
        "seit 2 tagen",
        "vor zwei tagen",
        "vor 2 tagen",
        "ganz sehr klar",
        "ganz klar",
    )


@pytest.mark.parametrize("text", ["promised a call, nobody rang", "promised me a call: nobody"])
def test_a_gap_may_reach_up_to_the_end_of_a_sentence(text: str) -> None:
    (pattern,) = Phrasing({}).construct("a broken promise", "negative", -1.0, "<promised> ..3 // nobody")
    assert pattern.find(text, 0, len("promised")) is not None


@pytest.mark.parametrize("text", ["promised me a call today, nobody rang", "promised a call, but nobody rang"])
def test_a_gap_reaches_no_further(text: str) -> None:
    (pattern,) = Phrasing({}).construct("a broken promise", "negative", -1.0, "<promised> ..3 // nobody")
    assert pattern.find(text, 0, len("promised")) is None


def test_a_pattern_knows_the_spellings_of_a_letter() -> None:
    (pattern,) = Phrasing({}, {"é": "[ée]"}).construct("a delay", "negative", -1.0, "<vol> annulé")
    assert pattern.find("vol annule", 0, 3) == pattern.find("vol annulé", 0, 3) == (0, 10)


@pytest.mark.parametrize(
    ("language", "text", "term"),
    [
        ("de", "So eine  Unversch\u00e4mtheit!", "unversch\u00e4mtheit"),
        ("fr", "Je suis d\u00e9\u00e7u", "d\u00e9\u00e7u"),
        (
            "es",
            "Llevo tres d\u00edas esperando.\n\nQu\u00e9 verg\u00fcenza de atenci\u00f3n",
            "qu\u00e9 verg\u00fcenza",
        ),
    ],
)
def test_letters_apart_from_their_accents_are_found_and_marked_whole(language: str, text: str, term: str) -> None:
    apart = unicodedata.normalize("NFD", text)
    result = classify_ticket(subject="", message=apart, language=language)
    found = next(each for each in result.evidence if each.term == term)
    assert unicodedata.normalize("NFC", apart[found.start : found.end]).lower() == term


def test_an_index_that_was_forgotten_is_built_again() -> None:
    found = classify_ticket(subject="", message="This is urgent")
    vocabulary = vocabulary_for("en")
    assert vocabulary is not None
    before = vocabulary.terms
    forget_terms()
    assert "terms" not in vars(vocabulary)
    assert classify_ticket(subject="", message="This is urgent") == found
    assert vocabulary.terms is not before
