"""Texts in a language without a vocabulary: nothing is said of them but what is certain."""

import pytest

from tickets.classification.classify import classify_ticket
from tickets.classification.deciding_words import deciding_words
from tickets.classification.highlighting import reasons
from tickets.classification.latest import classify_with_latest
from tickets.classification.search_query import Term
from tickets.classification.tenant_rules import TenantRule, TenantRules, UrgencyEffect
from tickets.classification.verdicts import Classification, DecidedBy

ARABIC = "لم يصل طلبي حتى الآن ولا أحد يرد علينا."


def verdicts(found: Classification) -> tuple[str, str, bool | None]:
    return found.urgency, found.sentiment, found.requires_action


def test_every_verdict_is_unknown() -> None:
    found = classify_ticket(subject="", message=ARABIC, language="ar")
    assert verdicts(found) == ("unknown", "unknown", None)
    assert found.decided_by == DecidedBy("unknown", "unknown", "unknown")
    assert (found.keywords, found.evidence) == ((), ())
    assert [each.verdict for each in reasons(found)] == ["unknown"] * 3
    assert set(deciding_words(found).values()) == {()}


def test_english_words_in_the_text_decide_only_if_they_are_always_high() -> None:
    found = classify_ticket(subject="Urgent refund please", message=f"{ARABIC} chargeback terrible", language="ar")
    assert verdicts(found) == ("high", "unknown", None)
    assert found.decided_by == DecidedBy("words", "unknown", "unknown")
    assert {each.term for each in found.evidence} == {"chargeback"}
    denied = classify_ticket(subject="", message=f"{ARABIC} no data breach", language="ar")
    assert denied.urgency == "unknown"


@pytest.mark.parametrize(
    ("effect", "urgency"), [("high", "high"), ("low", "low"), ("at least medium", "medium"), ("", "unknown")]
)
def test_a_rule_decides_what_it_is_about(effect: UrgencyEffect, urgency: str) -> None:
    rule = TenantRule("1", (Term(("طلبي",), is_prefix=False),), urgency=effect, sentiment="negative")
    found = classify_ticket(subject="", message=ARABIC, language="ar", rules=TenantRules([rule]))
    assert verdicts(found) == (urgency, "negative", None)


def test_a_newer_message_in_a_known_language_decides() -> None:
    found = classify_with_latest(subject="", message=ARABIC, latest="This is terrible, please send me a refund today!")
    assert (found.sentiment, found.requires_action) == ("negative", True)
    assert found.urgency != "unknown"
    assert found.language == "ar"


def test_a_newer_message_in_an_unknown_language_takes_nothing_back() -> None:
    message = "This is terrible, I will file a lawsuit. Please call me."
    first = classify_with_latest(subject="", message=message, latest="")
    assert verdicts(classify_with_latest(subject="", message=message, latest=ARABIC)) == verdicts(first)


def test_a_newer_message_in_an_unknown_language_leaves_a_calm_ticket_without_a_sentiment() -> None:
    calm = "Where can I find my last invoice?"
    assert classify_with_latest(subject="", message=calm, latest="").sentiment == "neutral"
    found = classify_with_latest(subject="", message=calm, latest=ARABIC)
    assert verdicts(found) == ("low", "unknown", True)
    assert found.decided_by.sentiment == "unknown"


def test_the_helpdesks_language_counts_only_where_the_text_does_not_show_one() -> None:
    def language(message: str, given: str) -> str:
        return classify_with_latest(subject="", message=message, latest="", language=given).language

    assert language("Where can I find my last invoice?", "sv-SE") == "en"
    assert language(ARABIC, "English") == "ar"
    assert language("ok", "Swedish") == "sv"
    assert language("ok", "ar") == ""  # Arabic is not written in Latin letters
    assert language("ok", "Klingon") == ""
