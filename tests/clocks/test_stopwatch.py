"""A ticket's clocks, by example and against a calculation minute by minute."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.clocks.business_hours import BusinessHours
from tickets.clocks.settings import NO_CLOCK_SETTINGS, ClockSettings, Target
from tickets.clocks.stopwatch import CLOCK_FIELDS, clock_fields
from tickets.records.conversation import Conversation, Message
from tickets.records.exchange import exchange_of

MONDAY = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
OFFICE = BusinessHours(ZoneInfo("UTC"), (((540, 1020),),) * 5 + ((), ()), lambda day: False)
IN_BUSINESS_HOURS = ClockSettings(business_hours=OFFICE)
FOUR_HOURS = Target(id="1", name="First reply", clock="first_reply", seconds=4 * 3600)
TWO_DAYS = Target(id="2", name="Resolved", clock="resolution", seconds=2 * 8 * 3600, in_business_hours=True)


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def ticket(**values: Any) -> dict[str, Any]:
    return {"created_at": MONDAY, "status": "open", "turns": [], "is_closing_known": True, **values}


def closed(*turns: datetime, **values: Any) -> dict[str, Any]:
    return ticket(status="closed", turns=list(turns), **values)


def clocks(stored: dict[str, Any], settings: ClockSettings = NO_CLOCK_SETTINGS) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for each in clock_fields(stored, settings)["clocks"] or []:
        found.setdefault(each["clock"], []).append(each)
    return found


def seconds(found: dict[str, list[dict[str, Any]]], name: str) -> list[int | None]:
    return [each["seconds"] for each in found.get(name, [])]


def test_replies_are_timed_from_the_customers_message() -> None:
    found = clocks(ticket(exchange=[at(0), at(2), at(5), at(6), at(9)]))
    assert seconds(found, "first_reply") == [2 * 3600]
    assert seconds(found, "next_reply") == [3600]  # the last message has no reply yet
    assert found["first_reply"][0]["by"] == "conversation"


def test_a_stamp_of_the_helpdesk_beats_the_conversation() -> None:
    (first,) = clocks(ticket(exchange=[at(0), at(2)], first_reply_at=at(1)))["first_reply"]
    assert (first["seconds"], first["by"], first["at"]) == (3600, "helpdesk", at(1))


def test_a_ticket_that_an_agent_opened_waits_for_a_reply_once_the_customer_has_written() -> None:
    found = clocks(ticket(exchange=[at(3), at(4)], first_reply_at=at(0)))
    assert (seconds(found, "first_reply"), found["first_reply"][0]["at"]) == ([3600], at(4))


def test_a_ticket_closed_without_a_known_reply_counts_as_unknown() -> None:
    (first,) = clocks(closed(at(5)))["first_reply"]
    assert first["seconds"] is None and "met" not in first


def test_a_ticket_whose_closing_nobody_dated_has_an_unknown_resolution() -> None:
    found = clocks(closed(MONDAY, is_closing_known=False))
    assert seconds(found, "resolution") == [None]
    assert "waiting_us" not in found


def test_a_reopened_ticket_is_resolved_at_its_last_closing_and_its_closed_time_waits_for_nobody() -> None:
    found = clocks(closed(at(4), at(10), at(12), exchange=[at(0), at(1), at(10)]))
    assert seconds(found, "resolution") == [12 * 3600]
    assert seconds(found, "waiting_us") == [(1 + 2) * 3600]
    assert seconds(found, "waiting_customer") == [3 * 3600]  # from 1 to 4; closed from 4 to 10


def test_each_status_counts_its_time_up_to_the_closing() -> None:
    moments = [{"at": at(0), "status": "open"}, {"at": at(1), "status": "pending"}, {"at": at(3), "status": "open"}]
    found = clocks(closed(at(4), status_moments=[*moments, {"at": at(4), "status": "closed"}]))
    assert seconds(found, "status:open") == [2 * 3600]
    assert seconds(found, "status:pending") == [2 * 3600]
    assert "status:closed" not in found


def test_business_hours_count_beside_calendar_time() -> None:
    (first,) = clocks(ticket(exchange=[at(7), at(25)]), IN_BUSINESS_HOURS)["first_reply"]  # Mon 16:00 to Tue 10:00
    assert (first["seconds"], first["business"]) == (18 * 3600, 2 * 3600)


@pytest.mark.parametrize(("replied", "met"), [(4, True), (4.01, False)])
def test_a_reply_meets_its_target_up_to_the_last_second(replied: float, met: bool) -> None:
    settings = ClockSettings(targets=(FOUR_HOURS,))
    (first,) = clocks(ticket(exchange=[at(0), at(replied)]), settings)["first_reply"]
    assert first["met"] is met


def test_the_first_target_that_matches_counts() -> None:
    urgent = Target(
        id="3", name="Urgent", clock="first_reply", seconds=1800, conditions={"urgency": frozenset(["high"])}
    )
    settings = ClockSettings(targets=(urgent, FOUR_HOURS))
    assert clocks(ticket(urgency="high", exchange=[at(0), at(1)]), settings)["first_reply"][0]["met"] is False
    assert clocks(ticket(urgency="low", exchange=[at(0), at(1)]), settings)["first_reply"][0]["met"] is True


def test_a_ticket_closed_too_late_without_a_reply_breaches_its_target() -> None:
    settings = ClockSettings(targets=(FOUR_HOURS,))
    (first,) = clocks(closed(at(5), exchange=[at(0)]), settings)["first_reply"]
    assert (first["met"], first["by"]) == (False, "never")
    assert "first_reply" not in clocks(closed(at(3), exchange=[at(0)]), settings)


def test_an_unanswered_ticket_is_due_and_an_answered_one_is_not() -> None:
    settings = ClockSettings(targets=(FOUR_HOURS,))
    fields = clock_fields(ticket(exchange=[at(0)]), settings)
    assert (fields["next_due_at"], fields["waiting_for"], fields["waiting_since"]) == (at(4), "us", at(0))
    fields = clock_fields(ticket(exchange=[at(0), at(1)]), settings)
    assert (fields["next_due_at"], fields["waiting_for"]) == (None, "customer")


def test_without_messages_or_a_number_of_replies_nothing_is_due() -> None:
    settings = ClockSettings(targets=(FOUR_HOURS,))
    assert clock_fields(ticket(), settings)["due"] is None
    assert clock_fields(ticket(replies=0), settings)["next_due_at"] == at(4)


def test_a_resolution_in_business_hours_is_due_after_the_weekend() -> None:
    settings = ClockSettings(business_hours=OFFICE, targets=(TWO_DAYS,))
    friday_noon = MONDAY + timedelta(days=4, hours=3)
    fields = clock_fields(ticket(created_at=friday_noon, exchange=[friday_noon]), settings)
    assert fields["next_due_at"] == friday_noon + timedelta(days=4)  # five hours on Friday, eight and three after


def test_a_resolution_pauses_while_it_waits_for_the_customer() -> None:
    target = Target(id="4", name="Resolved", clock="resolution", seconds=4 * 3600, pauses=True)
    settings = ClockSettings(targets=(target,))
    assert clock_fields(ticket(exchange=[at(0), at(1)]), settings)["next_due_at"] is None
    assert clock_fields(ticket(exchange=[at(0), at(1), at(20)]), settings)["next_due_at"] == at(23)
    assert clocks(closed(at(22), exchange=[at(0), at(1), at(20)]), settings)["resolution"][0]["met"] is True
    assert clocks(closed(at(24), exchange=[at(0), at(1), at(20)]), settings)["resolution"][0]["met"] is False


def test_the_helpdesks_own_due_time_counts_where_no_target_does() -> None:
    assert clock_fields(ticket(due_at=at(8)), ClockSettings())["next_due_at"] == at(8)
    assert clocks(closed(at(9), due_at=at(8)))["resolution"][0]["met"] is False


def test_a_target_without_business_hours_to_come_is_never_due() -> None:
    never = BusinessHours(ZoneInfo("UTC"), ((),) * 7, lambda day: False)
    settings = ClockSettings(business_hours=never, targets=(TWO_DAYS,))
    assert clock_fields(ticket(exchange=[at(0)]), settings)["due"] is None


def test_every_field_is_worked_out_for_an_open_and_a_closed_ticket() -> None:
    assert set(clock_fields(ticket(), ClockSettings())) == set(CLOCK_FIELDS)
    assert set(clock_fields(closed(at(1)), ClockSettings())) == set(CLOCK_FIELDS)


# -- Against a calculation minute by minute ----------------------------------------------------

MINUTES = st.integers(0, 6 * 24 * 60)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
STARTS = st.sampled_from([MONDAY, datetime(2026, 3, 27, 22, 0, tzinfo=UTC), datetime(2026, 10, 24, 9, 0, tzinfo=UTC)])


@given(
    start=STARTS,
    zone=ZONES,
    messages=st.lists(st.tuples(MINUTES, st.booleans(), st.booleans()), max_size=8),
    turns=st.lists(MINUTES, min_size=1, max_size=5, unique=True).filter(lambda each: len(each) % 2 == 1),
    holiday=st.integers(0, 6),
)
def test_clocks_agree_with_a_calculation_minute_by_minute(
    start: datetime, zone: str, messages: list[tuple[int, bool, bool]], turns: list[int], holiday: int
) -> None:
    """Whatever the zone, the order of the messages, holidays, and however often the ticket is reopened."""
    closed_day = start.date() + timedelta(days=holiday)
    hours = BusinessHours(ZoneInfo(zone), (((9 * 60, 12 * 60), (13 * 60, 17 * 60 + 30)),) * 7, closed_day.__eq__)
    conversation = _conversation(start, messages)
    closings = [start + timedelta(minutes=each) for each in sorted(turns)]
    stored = closed(
        *closings,
        created_at=start,
        exchange=list(exchange_of(conversation, created_at=start, opening_text="My first question")),
    )
    slow = _minute_by_minute(start, conversation, closings, lambda each: _is_open(each, hours, closed_day))
    found = clocks(stored, ClockSettings(business_hours=hours))
    for name, (calendar, business) in slow.items():
        if name == "first_reply" and calendar is None:
            assert name not in found
            continue
        (stopped, *_) = found[name]
        assert (stopped["seconds"], stopped["business"]) == (calendar, business), name


def _conversation(start: datetime, messages: Sequence[tuple[int, bool, bool]]) -> Conversation:
    written = [
        Message(
            id=str(number),
            author="",
            at=start + timedelta(minutes=minute),
            text=f"Message {number}",
            is_customer=is_customer,
            is_internal=is_internal,
        )
        for number, (minute, is_customer, is_internal) in enumerate(messages)
    ]
    return Conversation(tuple(sorted(written, key=lambda each: (each.at, each.id))))


def _is_open(moment: datetime, hours: BusinessHours, closed_day: date) -> bool:
    local = moment.astimezone(hours.zone)
    minute = local.hour * 60 + local.minute
    return local.date() != closed_day and any(a <= minute < b for a, b in hours.week[local.weekday()])


def _minute_by_minute(
    start: datetime, conversation: Conversation, closings: Sequence[datetime], is_business: Any
) -> dict[str, tuple[int | None, int | None]]:
    """Seconds of calendar and of business time, counted by walking through every minute up to the last closing."""
    names = ("first_reply", "resolution", "waiting_us", "waiting_customer")
    calendar, business = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    public = [each for each in conversation.messages if not each.is_internal]
    replies = [each.at for each in public if not each.is_customer]
    end = max([closings[-1], *replies[:1]])
    minute = start
    while minute < end:
        last = [each.is_customer for each in public if each.at <= minute]
        waits_for_us = last[-1] if last else True
        is_ticket_open = sum(each <= minute for each in closings) % 2 == 0 and minute < closings[-1]
        running = {
            "first_reply": bool(replies) and minute < replies[0],
            "resolution": minute < closings[-1],
            "waiting_us": is_ticket_open and waits_for_us,
            "waiting_customer": is_ticket_open and not waits_for_us,
        }
        for name in (name for name, is_running in running.items() if is_running):
            calendar[name] += 60
            business[name] += 60 * is_business(minute)
        minute += timedelta(minutes=1)
    found: dict[str, tuple[int | None, int | None]] = {name: (calendar[name], business[name]) for name in names}
    if not replies:
        found["first_reply"] = (None, None)
    return found
