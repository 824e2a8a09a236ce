"""Incidents in past tickets: found, grown, ended, and not found where there are none."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.incidents.made import FAULT, MONDAY, fault, in_order, ordinary_weeks, ticket
from tickets.incidents.finding import Finding, find_unusual
from tickets.incidents.following import QUIET, STEP, Followed, take_step
from tickets.incidents.normal import Normal
from tickets.incidents.phrases import phrases_of
from tickets.incidents.replay import PassedTickets, replay
from tickets.incidents.seen import HourCounts, SeenTicket

UTC = ZoneInfo("UTC")
WEEKS = 10
WEDNESDAY = MONDAY + timedelta(weeks=9, days=2, hours=10)
"""In the tenth week."""

YEAR = ordinary_weeks(WEEKS)


def found_in(
    *parts: list[SeenTicket],
    since: datetime = MONDAY,
    start: datetime = WEDNESDAY - timedelta(days=2),
    zone: ZoneInfo = UTC,
) -> list[Followed]:
    end = MONDAY + timedelta(weeks=WEEKS)
    return list(replay(in_order(*parts), start=start, end=end, zone=zone))


def test_ordinary_weeks_have_no_incident() -> None:
    assert found_in(YEAR, start=MONDAY) == []


def test_fifteen_customers_are_found_within_the_hour_with_all_their_tickets() -> None:
    (incident,) = found_in(YEAR, fault(15, at=WEDNESDAY, minutes=60))
    assert incident.found_at - WEDNESDAY < timedelta(minutes=40)
    assert set(incident.tickets) == {f"F-{n}" for n in range(15)} and len(incident.customers) == 15
    assert (incident.first_at, incident.last_at) == (WEDNESDAY, WEDNESDAY + timedelta(minutes=56))
    assert incident.ended_at == incident.last_at
    assert incident.peak.phrase == "checkout"
    assert incident.peak.assessment.usual == 0 and incident.peak.assessment.observed >= incident.peak.assessment.limit


def test_a_slow_incident_is_found_by_the_long_window() -> None:
    (incident,) = found_in(YEAR, fault(12, at=WEDNESDAY, minutes=300))
    assert incident.peak.hours == 6 and len(incident.tickets) == 12


def test_one_customer_who_writes_the_same_again_and_again_is_no_incident() -> None:
    again = [ticket(f"F-{n}", "F_0", WEDNESDAY + timedelta(minutes=n), FAULT[0]) for n in range(40)]
    assert found_in(YEAR, again) == []


def test_what_so_many_write_every_week_at_that_hour_is_no_incident() -> None:
    weekly = [fault(15, at=WEDNESDAY - timedelta(weeks=n), minutes=50, prefix=f"W{n}") for n in range(9)]
    assert found_in(YEAR, *weekly) == []
    at_another_hour = [
        fault(15, at=WEDNESDAY - timedelta(weeks=n, hours=-36), minutes=50, prefix=f"W{n}") for n in range(1, 9)
    ]
    assert len(found_in(YEAR, *at_another_hour, fault(15, at=WEDNESDAY, minutes=50))) == 1


def test_the_hour_is_that_of_the_tenants_clock() -> None:
    """Berlin's clock went forward on 29 March 2026: nine o'clock there was 8:00 UTC before and is 7:00 since."""
    berlin = ZoneInfo("Europe/Berlin")
    begin = datetime(2026, 2, 2, tzinfo=berlin)
    weeks = ordinary_weeks(WEEKS, start=begin.astimezone(MONDAY.tzinfo))
    nine = [datetime(2026, 2, 4, 9, tzinfo=berlin) + timedelta(weeks=week) for week in range(9)]  # by the clock
    weekly = [fault(15, at=at.astimezone(MONDAY.tzinfo), minutes=50, prefix=f"W{week}") for week, at in enumerate(nine)]
    start, end = (datetime(2026, *day, tzinfo=berlin).astimezone(MONDAY.tzinfo) for day in ((3, 30), (4, 5)))
    both = [list(replay(in_order(weeks, *weekly), start=start, end=end, zone=zone)) for zone in (berlin, UTC)]
    assert [len(each) for each in both] == [0, 1]


def test_an_hour_or_two_of_quiet_end_an_incident_and_the_same_fault_next_day_is_another() -> None:
    first = fault(15, at=WEDNESDAY, minutes=60)
    more = fault(10, at=WEDNESDAY + timedelta(hours=1, minutes=30), minutes=60, prefix="G")
    later = fault(10, at=WEDNESDAY + timedelta(days=1), minutes=60, prefix="H")
    one, other = found_in(YEAR, first, more, later)
    assert len(one.tickets) == 25 and one.ended_at == WEDNESDAY + timedelta(hours=2, minutes=24)
    assert set(other.tickets) == {f"H-{n}" for n in range(10)}


def test_one_that_comes_back_the_same_day_is_the_same() -> None:
    back = fault(10, at=WEDNESDAY + timedelta(hours=5), minutes=60, prefix="G")
    (incident,) = found_in(YEAR, fault(15, at=WEDNESDAY, minutes=60), back)
    assert len(incident.tickets) == 25 and incident.last_at > WEDNESDAY + timedelta(hours=5)


def test_two_faults_at_the_same_time_are_two_incidents() -> None:
    other = fault(
        12, at=WEDNESDAY, minutes=60, prefix="G", texts=("The hotline is dead.", "Nobody answers on the hotline.")
    )
    assert {each.peak.phrase.split()[0] for each in found_in(YEAR, fault(15, at=WEDNESDAY, minutes=60), other)} == {
        "checkout",
        "hotlin",
    }


def test_a_tenant_of_a_week_has_no_incident_because_nobody_knows_its_normal() -> None:
    incident = fault(15, at=WEDNESDAY, minutes=60)
    assert found_in(_since(13), incident) == []
    assert len(found_in(_since(29), incident)) == 1


def test_a_few_old_tickets_of_an_import_do_not_make_its_weeks_normal() -> None:
    incident = fault(15, at=WEDNESDAY, minutes=60)
    few = [each for number, each in enumerate(YEAR) if number % 20 == 0]
    assert found_in(in_order(_since(13), few), incident) == []


def _since(days: int) -> list[SeenTicket]:
    return [each for each in YEAR if WEDNESDAY - each.created_at < timedelta(days=days)]


def test_nothing_unusual_is_five_customers_of_a_hundred_that_all_write_more() -> None:
    """On a day with four times as many customers, what everybody writes about is no incident."""
    busy = [
        SeenTicket(
            f"{each.external_id}-{n}", f"{each.customer_id}-{n}", each.created_at + timedelta(seconds=n), each.phrases
        )
        for each in YEAR
        if timedelta(0) <= each.created_at - WEDNESDAY < timedelta(hours=6)
        for n in range(1, 4)
    ]
    assert found_in(YEAR, busy) == []


def test_a_dismissed_incident_mutes_its_phrases_for_a_month_and_no_others() -> None:
    (incident,) = found_in(YEAR, fault(15, at=WEDNESDAY, minutes=60))
    dismissed = replace(incident, dismissed_at=WEDNESDAY)
    again = fault(15, at=WEDNESDAY, minutes=60, prefix="G")
    assert take_step([dismissed], [_finding(again)], now=WEDNESDAY + timedelta(days=29), next_number=2) == []
    (other,) = take_step([dismissed], [_finding(again)], now=WEDNESDAY + timedelta(days=31), next_number=2)
    assert other.number == 2
    hotline = fault(12, at=WEDNESDAY, minutes=60, prefix="G", texts=("The hotline is dead.",))
    assert take_step([dismissed], [_finding(hotline)], now=WEDNESDAY + timedelta(days=1), next_number=2) != []


def _finding(tickets: list[SeenTicket]) -> Finding:
    """What is found in the tickets if nobody ever wrote such a thing."""
    passed = PassedTickets()
    for each in YEAR:
        if each.created_at < WEDNESDAY:
            passed.add(each)
    (found,) = find_unusual(tickets, Normal(passed, zone=UTC), now=WEDNESDAY + timedelta(hours=1))
    return found


@pytest.mark.parametrize("text", ["", "\0", "🧨" * 3_000, "a" * 100_000, "not not not", "500 500 500", "| ^ |"])
def test_phrases_of_any_text(text: str) -> None:
    assert isinstance(phrases_of(text, text), frozenset)


def test_phrases_are_content_words_and_pairs_within_a_sentence() -> None:
    assert phrases_of("Login down", "Dear team, error 500 since today. Your checkout is not working!") >= {
        "login", "login down", "error", "error 500", "checkout", "not work",
    }  # fmt: skip
    assert not {"500", "down", "not", "today", "500 checkout"} & phrases_of(
        "", "Error 500. The checkout is down, not today."
    )


def test_counts_of_an_hour_are_customers() -> None:
    hour = HourCounts.of(
        [ticket("1", "a", MONDAY, "The lamp"), ticket("2", "a", MONDAY, "My lamp"), ticket("3", "b", MONDAY, "A rug")]
    )
    assert (hour.customers, hour.customers_with("lamp"), hour.customers_with("rug"), hour.customers_with("pan")) == (
        2,
        1,
        1,
        0,
    )


def test_it_ends_after_the_quiet_time_and_not_before() -> None:
    tickets = in_order(YEAR, fault(15, at=WEDNESDAY, minutes=60))
    last = WEDNESDAY + timedelta(minutes=56)
    ends = {}
    for end in (last + QUIET - STEP, last + QUIET + STEP):
        (incident,) = replay(tickets, start=WEDNESDAY - timedelta(hours=1), end=end, zone=UTC)
        ends[end] = incident.is_ongoing
    assert list(ends.values()) == [True, False]
