"""The rule that is proposed after a correction: it would decide, and it decides no more than was meant."""

from typing import Any

import pytest

from tests.builders import NOON
from tickets.classification.classifier import BUILT_IN, TenantClassifier
from tickets.classification.corrections import Correction, Verdicts
from tickets.classification.tenant_rules import LONGEST_PHRASES, TenantRule, TenantRules, parse_phrases
from tickets.corrections.proposing import LONGEST_NOTE, propose_rule
from tickets.rules.model import ClassificationRule

HIGH, LOW = Verdicts(urgency="high"), Verdicts(urgency="low")


def propose(
    said: Verdicts, *, subject: str = "", message: str = "", id_: str = "T-1", by: TenantClassifier = BUILT_IN
) -> dict[str, str]:
    found = by.classify(subject=subject, message=message)
    before = Verdicts.of({name: getattr(found, name) for name in said.known()})
    correction = Correction(said, by="ann", at=NOON, batch="b", before=before)
    return propose_rule({"external_id": id_, "subject": subject, "message": message}, correction, found)


def rules_of(proposed: dict[str, Any]) -> TenantRules:
    phrases = parse_phrases(proposed["phrases"])
    return TenantRules(
        [TenantRule("1", phrases, urgency=proposed.get("urgency", ""), sentiment=proposed.get("sentiment", ""))]
    )


@pytest.mark.parametrize(
    ("said", "subject", "message"),
    [
        (LOW, "Hello", "Meet our executive"),
        (Verdicts(urgency="medium"), "Server down", "Production is down for all users. Urgent!"),
        (Verdicts(sentiment="neutral"), "Waiting", "I have been on hold for three hours and nobody answers."),
        (Verdicts(sentiment="neutral"), "Rechnung", "Immer noch keine Antwort, das ist eine Frechheit"),
        (HIGH, "Café, the aisle heater of store 14 has hummed since nine yesterday", "Please look at it"),
        (HIGH, "日本語の件名です", "こんにちは"),
        (HIGH, "x" * 3_000, "Hello"),
        (Verdicts(urgency="high", sentiment="negative"), "Heater 14", "It hums"),
    ],
)
def test_the_proposed_rule_would_have_made_the_correction_unnecessary(
    said: Verdicts, subject: str, message: str
) -> None:
    proposed = propose(said, subject=subject, message=message)
    found = TenantClassifier(rules_of(proposed)).classify(subject=subject, message=message)
    assert {name: getattr(found, name) for name in said.known()} == said.known()
    assert len(proposed["phrases"]) <= LONGEST_PHRASES


def test_the_subject_is_proposed_as_it_is_written() -> None:
    assert propose(HIGH, subject="Aisle heater, Café 14", message="Hello")["phrases"] == "Aisle heater Café 14"


@pytest.mark.parametrize("subject", ["", "   ", "!!! ???"])
def test_without_words_and_a_subject_nothing_is_proposed(subject: str) -> None:
    assert propose(HIGH, subject=subject, message="Hello") == {}


@pytest.mark.parametrize("message", ["We will file a lawsuit", "It smells of gas here"])
def test_no_rule_is_proposed_against_what_is_always_high(message: str) -> None:
    """A rule cannot lower it, so it would change nothing."""
    assert propose(LOW, subject="Hello", message=message) == {}


def test_no_rule_is_proposed_behind_the_one_that_decided() -> None:
    by_rule = TenantClassifier(TenantRules([TenantRule("1", parse_phrases("gold plan"), urgency="high")]))
    assert propose(LOW, subject="Plan", message="The gold plan", by=by_rule) == {}


def test_words_that_decided_one_verdict_do_not_set_the_other() -> None:
    proposed = propose(
        Verdicts(urgency="low", sentiment="neutral"),
        subject="Meeting",
        message="Our executive is coming. I hate this terrible place.",
    )
    assert (proposed["urgency"], proposed["phrases"]) == ("low", "executive")
    assert "sentiment" not in proposed


def test_thanks_that_were_not_meant_do_not_become_a_word_for_anger() -> None:
    proposed = propose(
        Verdicts(sentiment="negative"), subject="Delivery of Monday", message="Thanks, great work, we love it."
    )
    assert (proposed["sentiment"], proposed["phrases"]) == ("negative", "Delivery of Monday")


def test_the_note_fits_a_rule_whatever_the_ticket_is_called() -> None:
    proposed = propose(LOW, subject="Hello", message="Meet our executive", id_="T" * 200)
    assert len(proposed["note"]) == LONGEST_NOTE == ClassificationRule._meta.get_field("note").max_length


def test_a_confirmation_and_a_needed_action_propose_nothing() -> None:
    assert propose(HIGH, subject="Hello", message="Meet our executive") == {}
    assert propose(Verdicts(requires_action=True), subject="Hello", message="Nice day") == {}
