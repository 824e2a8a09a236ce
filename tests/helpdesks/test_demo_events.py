"""What the demo plans around its anchor is there at any hour and day, and shows what it should."""

import operator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from tickets.classification.classifier import BUILT_IN
from tickets.demo.tickets import DEFAULT_SIZES, DemoTenant
from tickets.demo.timelines import Ticket
from tickets.incidents.following import Followed
from tickets.incidents.phrases import phrases_of
from tickets.incidents.replay import replay
from tickets.incidents.seen import SeenTicket

MONDAY_MORNING = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
SATURDAY_NIGHT = datetime(2026, 3, 28, 23, 40, tzinfo=UTC)
ANCHORS = (MONDAY_MORNING, SATURDAY_NIGHT)
FEW_MINUTES = timedelta(minutes=10)
FEWEST_CUSTOMERS = 15


@cache
def demo(name: str, anchor: datetime) -> DemoTenant:
    return DemoTenant(name=name, anchor=anchor, size=DEFAULT_SIZES[name], with_events=True)


def tickets_of(name: str, anchor: datetime, *, later: timedelta = FEW_MINUTES) -> tuple[Ticket, ...]:
    return demo(name, anchor).tickets_at(anchor + later)


def incidents_of(name: str, anchor: datetime, *, later: timedelta = FEW_MINUTES) -> list[Followed]:
    seen = [
        SeenTicket(each.id, each.customer_id, each.created_at, phrases_of(each.subject, each.message))
        for each in tickets_of(name, anchor, later=later)
    ]
    return list(replay(seen, start=anchor - timedelta(days=3), end=anchor + later, zone=ZoneInfo("Europe/Berlin")))


@pytest.mark.parametrize("anchor", ANCHORS)
class TestEvents:
    def test_one_incident_is_going_on(self, anchor: datetime) -> None:
        (incident,) = incidents_of("tenant_a", anchor)
        assert incident.is_ongoing and incident.found_at < anchor and "gift card" in incident.phrases
        assert len(incident.customers) >= FEWEST_CUSTOMERS

    def test_it_ends_in_the_same_afternoon(self, anchor: datetime) -> None:
        (incident,) = incidents_of("tenant_a", anchor, later=timedelta(hours=4))
        assert incident.ended_at is not None and incident.ended_at > anchor

    def test_another_ended_the_day_before_in_two_tenants_at_the_same_time(self, anchor: datetime) -> None:
        (one,), (other,) = incidents_of("tenant_b", anchor), incidents_of("tenant_c", anchor)
        for incident in (one, other):
            assert incident.ended_at is not None
            assert timedelta(hours=19) < anchor - incident.ended_at < timedelta(hours=23)
            assert len(incident.customers) >= FEWEST_CUSTOMERS
        assert one.first_at < other.last_at and other.first_at < one.last_at
        assert len({*one.phrases} & {*other.phrases}) * 2 >= min(len(one.phrases), len(other.phrases))

    def test_nothing_else_is_an_incident(self, anchor: datetime) -> None:
        assert incidents_of("tenant_d", anchor) == []

    def test_urgent_tickets_wait_for_a_first_reply_some_of_them_too_long(self, anchor: datetime) -> None:
        waits = [
            anchor - each.created_at
            for each in tickets_of("tenant_a", anchor, later=timedelta())
            if not any(not message["is_customer"] for message in messages_of(each)) and is_high(each)
        ]
        assert sum(1 for wait in waits if wait < timedelta(hours=1)) >= 5
        assert sum(1 for wait in waits if timedelta(hours=1) < wait < timedelta(hours=3)) >= 2


def test_the_number_of_tickets_at_the_anchor_is_the_same_with_and_without_events() -> None:
    for name, size in DEFAULT_SIZES.items():
        assert len(tickets_of(name, MONDAY_MORNING, later=timedelta())) == size
    ids = [each.id for each in tickets_of("tenant_a", MONDAY_MORNING)]
    created = [each.created_at for each in tickets_of("tenant_a", MONDAY_MORNING)]
    assert ids == sorted(ids) and created == sorted(created)


def test_the_same_anchor_gives_the_same_events_however_often_it_is_asked() -> None:
    later = timedelta(hours=2)
    again = DemoTenant(name="tenant_a", anchor=MONDAY_MORNING, size=DEFAULT_SIZES["tenant_a"], with_events=True)
    for minutes in (0, 7, 60):
        again.tickets_at(MONDAY_MORNING + timedelta(minutes=minutes))
    assert again.tickets_at(MONDAY_MORNING + later) == tickets_of("tenant_a", MONDAY_MORNING, later=later)


def test_every_customer_of_an_incident_writes_other_words() -> None:
    (incident,) = incidents_of("tenant_b", MONDAY_MORNING)
    texts = {each.id: each.message for each in tickets_of("tenant_b", MONDAY_MORNING)}
    openings = {texts[id_].partition(".")[0].rpartition("\n")[2] for id_ in incident.tickets}
    assert len(openings) == len(incident.tickets)


def messages_of(ticket: Ticket) -> list[dict[str, object]]:
    found = ticket.details["messages"]
    assert isinstance(found, tuple)
    return sorted(found, key=operator.itemgetter("at"))


def is_high(ticket: Ticket) -> bool:
    return BUILT_IN.classify(subject=ticket.subject, message=ticket.message, language="en").urgency == "high"
