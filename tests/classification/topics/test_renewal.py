"""What is found later joins the topics that a tenant has."""

from __future__ import annotations

from tickets.classification.topics.mining import FoundTopic, Phrase
from tickets.classification.topics.renewal import MOST_PHRASES, KnownTopic, renew


def phrase(roots: str) -> Phrase:
    return Phrase(roots, roots, 3)


def known(id_: str, *roots: str, tickets: range = range(0)) -> KnownTopic:
    return KnownTopic(id_, tuple(map(phrase, roots)), frozenset(tickets))


def found(*roots: str, tickets: range = range(100, 110)) -> FoundTopic:
    return FoundTopic(tuple(map(phrase, roots)), frozenset(tickets), 3)


def test_a_topic_with_a_known_phrase_is_that_topic_and_brings_its_variants() -> None:
    renewal = renew([known("t1", "brok arriv")], [found("arriv brok", "brok arriv")], most=9)

    assert renewal.added == []
    assert renewal.seen == {"t1"}
    assert [each.roots for each in renewal.grown["t1"]] == ["brok arriv", "arriv brok"]


def test_other_phrases_of_the_same_tickets_are_variants() -> None:
    renewal = renew([known("t1", "brok arriv", tickets=range(10))], [found("glas splinter", tickets=range(8))], most=9)

    assert renewal.added == []
    assert [each.roots for each in renewal.grown["t1"]] == ["brok arriv", "glas splinter"]


def test_what_is_known_already_changes_nothing() -> None:
    renewal = renew([known("t1", "brok arriv")], [found("brok arriv")], most=9)

    assert (renewal.added, renewal.grown, renewal.seen) == ([], {}, {"t1"})


def test_no_phrase_belongs_to_two_topics() -> None:
    topics = [known("t1", "brok arriv"), known("t2", "not water")]
    renewal = renew(topics, [found("brok arriv", "not water", "leak pip")], most=9)

    assert [each.roots for each in renewal.grown["t1"]] == ["brok arriv", "leak pip"]
    assert "t2" not in renewal.grown


def test_new_topics_are_added_up_to_the_limit() -> None:
    one, other = found("leak pip"), found("not water")

    assert renew([known("t1", "brok arriv")], [one, other], most=2).added == [one]


def test_a_topic_has_a_limited_number_of_phrases() -> None:
    many = [f"word number{n}" for n in range(100)]
    renewal = renew([known("t1", "brok arriv")], [found("brok arriv", *many)], most=9)

    assert len(renewal.grown["t1"]) == MOST_PHRASES
