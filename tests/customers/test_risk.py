"""The risk of a customer: what raises it, what it is made of, how it decays, and what is not known."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON
from tickets.customers.leaving_words import find_leaving_word
from tickets.customers.risk import MOST, Contact, Part, Risk, assess
from tickets.customers.wording import reason_of, short_reasons, shown_parts, unknown_reasons

DAY = timedelta(days=1)
USUAL = timedelta(hours=10)
CALM = Contact(created_at=NOON, is_high=False, sentiment="neutral", is_open=False, turns=(NOON,))


def contact(days: float, **values: Any) -> Contact:
    """A ticket that was created some days ago, and closed at once unless it is open."""
    at = NOON - days * DAY
    is_open = values.get("is_open", False)
    return replace(CALM, created_at=at, **{"turns": () if is_open else (at,), **values})


def risk(*contacts: Contact, now: datetime = NOON, usual: timedelta | None = USUAL) -> Risk:
    return assess(contacts, now=now, usual_urgent=usual)


def part(found: Risk, name: str) -> Part:
    return next(each for each in found.parts if each.name == name)


def points(found: Risk) -> dict[str, int | None]:
    return {each.name: each.points for each in found.parts if each.points != 0}


PAST = tuple(contact(100 + n * 40) for n in range(6))


class TestParts:
    def test_a_customer_with_one_calm_ticket_has_no_risk(self) -> None:
        found = risk(contact(1))
        assert (found.score, points(found)) == (0, {})

    def test_tickets_within_30_days_of_one_another_are_repeat_contacts(self) -> None:
        found = risk(contact(0), contact(30), contact(61))
        assert points(found) == {"repeated": 4}
        assert reason_of(part(found, "repeated")) == "2 tickets in 30 days"

    def test_more_repeat_contacts_always_count_more_but_less_and_less(self) -> None:
        scores = [risk(*(contact(n / 100) for n in range(1 + repeated))).score for repeated in (1, 4, 8, 16, 100)]
        assert scores == [4, 12, 19, 23, 25]

    def test_a_share_of_negative_tickets_counts_against_the_customers_own_past(self) -> None:
        worse = risk(*PAST, contact(0, sentiment="negative"), contact(40))
        always = risk(
            *(replace(each, sentiment="negative") for each in PAST), contact(0, sentiment="negative"), contact(40)
        )
        assert points(worse) == {"negative": 25}
        assert "71.6% negative lately, 0.0% before" in short_reasons(worse.parts)
        assert points(always) == {}

    @pytest.mark.parametrize(
        ("tickets", "reason"),
        [
            ((*PAST[:4], contact(0, sentiment="negative"), contact(40)), "fewer than 5 earlier tickets"),
            ((*PAST, contact(0, sentiment="negative"), contact(40, sentiment="unknown")), "too few classified tickets"),
        ],
    )
    def test_without_enough_tickets_the_share_is_unknown_and_adds_nothing(
        self, tickets: tuple[Contact, ...], reason: str
    ) -> None:
        found = risk(*tickets)
        assert (found.score, points(found)) == (0, {"negative": None})
        assert reason in unknown_reasons(found.parts)

    @pytest.mark.parametrize(("hours", "expected"), [(5, 0), (10, 0), (25, 10), (40, 20), (400, 20)])
    def test_an_urgent_open_ticket_counts_by_how_much_longer_than_usual_it_takes(
        self, hours: float, expected: int
    ) -> None:
        found = risk(contact(hours / 24, is_high=True, is_open=True))
        assert part(found, "open_urgent").points == expected

    def test_without_a_usual_time_an_urgent_open_ticket_is_unknown(self) -> None:
        found = risk(contact(2, is_high=True, is_open=True), usual=None)
        assert points(found) == {"open_urgent": None}
        assert "the usual time is not known" in unknown_reasons(found.parts)

    def test_an_urgent_ticket_that_is_too_old_to_be_read_counts_too(self) -> None:
        found = assess([contact(1)], now=NOON, usual_urgent=USUAL, oldest_urgent=NOON - 400 * DAY)
        assert points(found) == {"open_urgent": 20} and found.change == 0

    def test_each_reopening_counts(self) -> None:
        at = NOON - 3 * DAY
        found = risk(contact(100, turns=(at - DAY, at, at + DAY), is_open=False))
        assert points(found) == {"reopened": 6}
        assert reason_of(part(found, "reopened")) == "1 ticket reopened, last 3 days ago"

    def test_a_word_about_leaving_counts_once(self) -> None:
        found = risk(contact(0, leaving_word="switching to"), contact(100, leaving_word="competitor"))
        assert points(found) == {"leaving": 20}
        assert reason_of(part(found, "leaving")) == "“switching to” today"

    @pytest.mark.parametrize(
        "word",
        ["cancel our contract", "moving to a competitor", "another provider", "can't wait to leave", "zur konkurrenz",
         "kündigung", "je résilie", "à la concurrence", "me voy a la competencia", "darme de baja"],
    )  # fmt: skip
    def test_words_about_leaving_are_known_in_all_languages_of_the_vocabularies(self, word: str) -> None:
        assert find_leaving_word(["broken", word]) == word

    @pytest.mark.parametrize(
        "word", ["cancel", "please cancel", "contract", "leave", "incompetencia", "baja prioridad"]
    )
    def test_words_that_say_something_else_are_not(self, word: str) -> None:
        assert find_leaving_word([word]) == ""


class TestTime:
    def test_what_happened_counts_half_after_30_days_and_nothing_after_180(self) -> None:
        said = contact(0, leaving_word="competitor")
        assert [risk(said, now=NOON + days * DAY).score for days in (0, 30, 60, 90, 180, 181)] == [20, 10, 5, 3, 0, 0]

    def test_the_trend_is_against_a_week_ago_by_the_same_formula(self) -> None:
        tickets = (contact(10), contact(8, leaving_word="competitor"), contact(2))
        found = risk(*tickets)
        a_week_ago = risk(*tickets[:2], now=NOON - 7 * DAY)
        assert (found.change, found.is_new) == (found.score - a_week_ago.score, False)

    def test_a_ticket_that_was_open_a_week_ago_counted_then(self) -> None:
        resolved = contact(12, is_high=True, turns=(NOON - DAY,))
        assert risk(resolved).change == -20

    def test_a_customer_without_a_ticket_a_week_ago_is_new(self) -> None:
        found = risk(contact(2), contact(1))
        assert found.is_new and found.change == found.score > 0

    def test_a_status_transition_in_the_future_changes_nothing_now(self) -> None:
        ahead = contact(1, is_high=True, is_open=False, turns=(NOON + DAY / 2,))
        assert points(risk(ahead)) == {}


contacts = st.builds(
    lambda days, high, sentiment, is_open, turns, word: contact(
        days,
        is_high=high,
        sentiment=sentiment,
        is_open=is_open,
        turns=tuple(sorted(NOON - each * DAY for each in turns)),
        leaving_word=word,
    ),
    st.floats(0, 400),
    st.booleans(),
    st.sampled_from(("negative", "neutral", "positive", "unknown")),
    st.booleans(),
    st.lists(st.floats(0, 300), max_size=4),
    st.sampled_from(("", "", "competitor")),
)


@given(st.lists(contacts, max_size=30), st.sampled_from((None, USUAL)))
def test_a_risk_is_the_sum_of_its_parts_between_0_and_100_in_any_order_of_the_tickets(
    tickets: Sequence[Contact], usual: timedelta | None
) -> None:
    found = risk(*tickets, usual=usual)
    assert 0 <= found.score <= 100 == sum(MOST.values())
    assert found.score == sum(each.points or 0 for each in found.parts)
    assert found == risk(*reversed(tickets), usual=usual)
    assert all(0 <= (each.points or 0) <= MOST[each.name] for each in found.parts)
    assert all(each.reason for each in shown_parts(found.parts))
