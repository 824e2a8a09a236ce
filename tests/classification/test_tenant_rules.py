"""A tenant's own rules, applied to one ticket."""

import re
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.classification.classify import classify_ticket
from tickets.classification.highlighting import mark_text, reasons
from tickets.classification.tenant_rules import (
    MAX_RULES,
    NO_RULES,
    PhraseError,
    TenantRule,
    TenantRules,
    parse_phrases,
)
from tickets.classification.tokenizer import fold
from tickets.classification.verdicts import Classification


def rule(phrases: str, **effects: Any) -> TenantRule:
    return TenantRule(phrases, parse_phrases(phrases), **effects)


def classified(text: str, *rules: TenantRule, subject: str = "") -> Classification:
    return classify_ticket(subject=subject, message=text, rules=TenantRules(rules))


VIP = rule("gold plan, key account", urgency="high")
PRAISE = rule("cheers", sentiment="positive")
SPAM = rule("newsletter", urgency="low", sentiment="neutral")


class TestWhatARuleFinds:
    @pytest.mark.parametrize(
        "text",
        [
            "We are on the Gold Plan.",
            "GOLD   PLAN?",
            "gold\nplan",
            "a key-account of yours",
            "gold (plan)",
            "not a gold plan",
        ],
    )
    def test_rules_match_words_and_phrases_whatever_the_case_and_punctuation(self, text: str) -> None:
        assert classified(text, VIP).urgency == "high"
        assert classified("", VIP, subject=text).urgency == "high"

    @pytest.mark.parametrize("text", ["golden plan", "plan gold", "gold or silver plan", "goldplan", "marigold plan"])
    def test_a_rule_matches_only_whole_words_in_order(self, text: str) -> None:
        assert classified(text, VIP).urgency == "low"

    def test_accents_do_not_matter(self) -> None:
        cafe = rule("café zürich", urgency="high")
        assert classified("the CAFE ZU\u0308RICH", cafe).urgency == "high"
        assert classified("the Café Zürich", rule("cafe zurich", urgency="high")).urgency == "high"

    def test_a_star_matches_the_rest_of_a_word(self) -> None:
        prefix = rule("refurb*", urgency="high")
        assert classified("a refurbished one", prefix).urgency == classified("refurb", prefix).urgency == "high"
        assert classified("unrefurbished", prefix).urgency == "low"
        assert classified("a priority customer", rule("priority cust*", urgency="high")).urgency == "high"

    def test_scripts_without_spaces_have_phrases_too(self) -> None:
        assert classified("至急返金してください", rule("返金", urgency="high")).urgency == "high"

    def test_quoted_text_does_not_count(self) -> None:
        assert classified("See below.\n> we are on the gold plan", VIP).urgency == "low"
        assert classified("Hello.\n-- \nkey account manager", VIP).urgency == "low"

    def test_a_phrase_does_not_match_across_subject_and_message(self) -> None:
        assert classified("plan", VIP, subject="gold").urgency == "low"

    @pytest.mark.parametrize("text", ["", " ", ",", "!!!", "*", "a*", ", ".join(f"w{n}" for n in range(21)), "a " * 11])
    def test_phrases_that_cannot_match_are_rejected_with_the_reason(self, text: str) -> None:
        with pytest.raises(PhraseError, match=r"\.$"):
            parse_phrases(text)


class TestWhatARuleDecides:
    def test_the_first_matching_rule_wins_for_each_verdict(self) -> None:
        text = "Cheers from a key account, about the newsletter"
        assert (classified(text, VIP, SPAM).urgency, classified(text, VIP, SPAM).sentiment) == ("high", "neutral")
        assert (classified(text, SPAM, VIP).urgency, classified(text, SPAM, PRAISE).sentiment) == ("low", "neutral")
        assert classified(text, PRAISE, SPAM).sentiment == "positive"

    def test_a_rule_overrides_the_vocabulary(self) -> None:
        angry = "This newsletter is terrible and urgent, answer immediately"
        assert (classified(angry).urgency, classified(angry).sentiment) == ("high", "negative")
        assert (classified(angry, SPAM).urgency, classified(angry, SPAM).sentiment) == ("low", "neutral")

    @pytest.mark.parametrize("text", ["lawsuit", "a chargeback", "security breach", "data breach"])
    def test_what_is_always_high_stays_high(self, text: str) -> None:
        assert classified(f"newsletter: {text}", SPAM).urgency == "high"
        assert classified(f"newsletter: {text}", SPAM).decisions.urgency is None

    def test_at_least_medium_does_not_lower_urgency(self) -> None:
        lift = rule("portal", urgency="at least medium")
        assert classified("the portal", lift).urgency == "medium"
        assert classified("the portal, urgent, critical, immediately", lift).urgency == "high"
        assert classified("the portal, urgent, critical, immediately", lift).decisions.urgency is None

    def test_a_rule_changes_only_the_verdicts_it_sets(self) -> None:
        text = "Please help, the gold plan is terrible. Thanks"
        before, after = classified(text), classified(text, VIP)
        assert (after.sentiment, after.requires_action) == (before.sentiment, before.requires_action)

    def test_the_words_of_a_rule_come_first_in_the_keywords_and_are_highlighted(self) -> None:
        verdict = classified("urgent: a Gold  Plan customer", VIP)
        assert verdict.keywords[0] == "gold plan"
        segments = mark_text("urgent: a Gold  Plan customer", verdict, "message")
        assert [each.text for each in segments if "rule “gold plan”" in each.title] == ["Gold  Plan"]
        assert reasons(verdict)[0].decision == verdict.decisions.urgency
        assert reasons(verdict)[0].terms == ("gold plan",)

    def test_words_of_the_vocabulary_that_were_overruled_are_no_keywords(self) -> None:
        assert classified("the newsletter is urgent, immediately", SPAM).keywords == ("newsletter",)

    def test_the_version_of_rules_changes_only_with_what_they_decide(self) -> None:
        version = TenantRules([VIP, SPAM]).version
        assert version == TenantRules([replace(VIP, id="other"), SPAM]).version
        others = [[SPAM, VIP], [VIP], [replace(VIP, urgency="low"), SPAM], [rule("gold plan", urgency="high"), SPAM]]
        assert len({version, NO_RULES.version, *(TenantRules(each).version for each in others)}) == 6


def test_many_rules_over_long_hostile_text_are_fast() -> None:
    words = "a " * 9
    rules = TenantRules(
        rule(", ".join(f"{words}b{n}x{m}" for m in range(20)), urgency="high") for n in range(MAX_RULES)
    )
    classify_ticket(subject="", message="warm up", rules=rules)
    began = time.process_time()
    assert classify_ticket(subject="a " * 500, message="a " * 500_000, rules=rules).urgency == "low"
    assert time.process_time() - began < 2


WORDS = ("gold", "plan", "golden", "urgent", "lawsuit", "Ärger", "angry", "thanks", "newsletter", "not", "go", "a")
texts = st.lists(st.sampled_from((*WORDS, "GOLD", "arger", "-", "\n", "?", ",", "> gold")), max_size=12).map(" ".join)
phrases = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join).flatmap(
    lambda phrase: st.sampled_from([phrase, phrase if len(phrase.split()[-1]) < 2 else f"{phrase[:-1]}*"])
)  # fmt: skip
rules_of = st.lists(
    st.tuples(
        st.lists(phrases, min_size=1, max_size=3).map(", ".join),
        st.sampled_from(["", "high", "at least medium", "medium", "low"]),
        st.sampled_from(["", "negative", "neutral", "positive"]),
    ),
    max_size=5,
)
ALWAYS_HIGH = {"lawsuit"}


def say(text: str, phrase: str) -> bool:
    """Slowly: whether the writer's own words hold the phrase, word for word."""
    own = "\n".join("" if line.strip().startswith(">") else line for line in text.split("\n"))
    if not own.strip():
        own = text
    said = re.findall(r"[a-z0-9]+", fold(own))
    wanted = re.findall(r"[a-z0-9]+", fold(phrase))
    for start in range(len(said) - len(wanted) + 1):
        window = said[start : start + len(wanted)]
        last = window[-1].startswith(wanted[-1]) if phrase.endswith("*") else window[-1] == wanted[-1]
        if last and window[:-1] == wanted[:-1]:
            return True
    return False


@settings(max_examples=400)
@given(subject=texts, message=texts, listed=rules_of)
def test_verdicts_agree_with_a_slow_reading_of_the_rules(
    subject: str, message: str, listed: list[tuple[str, Any, Any]]
) -> None:
    try:
        rules = TenantRules(rule(words, urgency=urgency, sentiment=feeling) for words, urgency, feeling in listed)
    except PhraseError:
        return
    plain = classify_ticket(subject=subject, message=message)
    fitting = [
        (urgency, feeling)
        for words, urgency, feeling in listed
        if any(say(subject, each) or say(message, each) for each in words.split(", "))
    ]
    urgency = next((each for each, _ in fitting if each), plain.urgency)
    if urgency == "at least medium":
        urgency = "medium" if plain.urgency == "low" else plain.urgency
    if any(each.term in ALWAYS_HIGH and not each.negated for each in plain.evidence):
        urgency = "high"
    feeling = next((each for _, each in fitting if each), plain.sentiment)
    verdict = classify_ticket(subject=subject, message=message, rules=rules)
    assert (verdict.urgency, verdict.sentiment, verdict.requires_action) == (urgency, feeling, plain.requires_action)
    assert rules.matches(subject=subject, message=message) == bool(fitting)


def test_a_rule_for_the_sentiment_leaves_what_lowered_the_urgency_in_sight() -> None:
    text = "Thank you so much, you helped us immediately. Wonderful!"
    rules = TenantRules([TenantRule("1", parse_phrases("wonderful"), sentiment="neutral")])
    plain, ruled = (classify_ticket(subject="", message=text, rules=each) for each in (TenantRules(), rules))
    lowered = [[each.term for each in found.evidence if each.label == "low"] for found in (plain, ruled)]
    assert lowered[0]
    assert lowered[0] == lowered[1]
