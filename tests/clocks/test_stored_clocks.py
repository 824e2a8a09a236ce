"""The clocks of stored tickets, and the numbers that a dashboard reads of them."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from analytics.dashboard.statistics import StatisticsStore
from analytics.figures import ClockFigures
from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import NOON, delete_stored, store_tickets
from tests.rolled_up import forget_rollups, roll_up
from tickets.clocks.business_hours import BusinessHours
from tickets.clocks.settings import ClockSettings, Target
from tickets.records.buckets import Unit, buckets_of
from tickets.records.period import Period
from tickets.recount.walk import recount_waiting_tickets, request_missing_recounts
from tickets.rollups.checking import check_day
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.django_db

CREATED = "2026-03-10T09:00:00Z"
DAY = Period(NOON - timedelta(hours=12), NOON + timedelta(hours=12))


def message(hour: str, *, by_customer: bool = False, text: str = "Hello") -> dict[str, Any]:
    return {"id": hour, "author": "x", "at": f"2026-03-10T{hour}:00Z", "text": text, "is_customer": by_customer}


ANSWERED = {
    "replies": 1,
    "first_reply_at": "2026-03-10T10:00:00Z",
}


def stored(tenant: Tenant, external_id: str = "T-1") -> dict[str, Any]:
    found = TicketStore(tenant).find_ticket(external_id)
    assert found is not None
    return found


def figures(tenant: Tenant, period: Period = DAY, *, use_rollups: bool = True) -> dict[str, ClockFigures]:
    store = StatisticsStore(tenant, use_rollups=use_rollups)
    buckets = buckets_of(period, tenant.zone, Unit.DAY)
    found = store.dashboard(buckets, comparison=period.comparison(NOON, tenant.zone), now=NOON)
    return dict(found.clocks)


def test_a_reply_and_a_closing_are_in_the_numbers_of_the_day_they_happened(tenant: Tenant) -> None:
    store_tickets(tenant, [{"created_at": "2026-03-09T09:00:00Z", **ANSWERED}])
    store_tickets(
        tenant,
        [
            {
                "created_at": "2026-03-09T09:00:00Z",
                "status": "closed",
                "resolved_at": "2026-03-10T11:00:00Z",
                "updated_at": "2026-03-10T11:00:00Z",
                **ANSWERED,
            }
        ],
    )
    found = figures(tenant)
    assert found["first_reply"].calendar.median_seconds == pytest.approx(25 * 3600, rel=0.02)
    assert found["resolution"].calendar.median_seconds == pytest.approx(26 * 3600, rel=0.02)
    assert found == figures(tenant, use_rollups=False)
    yesterday = Period(DAY.start - timedelta(days=1), DAY.start)
    assert "first_reply" not in figures(tenant, yesterday)


@pytest.mark.parametrize("minutes", [0, 30])
def test_parts_of_a_day_are_read_from_hours_and_tickets(tenant: Tenant, minutes: int) -> None:
    store_tickets(
        tenant, [{"id": f"T-{n}", **ANSWERED, "first_reply_at": f"2026-03-10T{9 + n:02}:15:00Z"} for n in range(3)]
    )
    start = NOON - timedelta(hours=2, minutes=minutes)
    period = Period(start, start + timedelta(hours=1))
    assert figures(tenant, period)["first_reply"].calendar.count == 1
    assert figures(tenant, period) == figures(tenant, period, use_rollups=False)


def test_a_target_is_counted_as_met_or_breached_by_the_day_it_was_decided(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = Target(id="1", name="First reply", clock="first_reply", seconds=2 * 3600)
    _run_by(monkeypatch, ClockSettings(targets=(target,)))
    replied = ("10:00", "10:30", "12:00")
    store_tickets(tenant, [{"id": f"T-{hour}", "first_reply_at": f"2026-03-10T{hour}:00Z"} for hour in replied])
    store_tickets(tenant, [{"id": "T-open", "replies": 0}])
    first = figures(tenant)["first_reply"]
    assert (first.met, first.breached, first.met_ratio) == (2, 1, 2 / 3)
    assert stored(tenant, "T-open")["next_due_at"] == NOON - timedelta(hours=1)
    store_tickets(tenant, [{"id": "T-open", "replies": 1, "first_reply_at": "2026-03-10T11:30:00Z"}])
    assert "next_due_at" not in stored(tenant, "T-open")
    assert figures(tenant)["first_reply"].breached == 2


def test_other_settings_change_stored_tickets_and_numbers_once(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    store_tickets(tenant, [{"id": f"T-{n}", **ANSWERED} for n in range(3)])
    hours = BusinessHours(tenant.zone, (((0, 9 * 60 + 30),),) * 7, lambda day: False)
    _run_by(monkeypatch, ClockSettings(business_hours=hours))
    assert request_missing_recounts(threading.Event()) == 1
    recount_waiting_tickets(threading.Event())
    first = figures(tenant)["first_reply"]
    assert first.business.median_seconds == pytest.approx(1800, rel=0.02)
    assert (first.calendar.count, first.business.count) == (3, 3)
    assert figures(tenant) == figures(tenant, use_rollups=False)
    assert request_missing_recounts(threading.Event()) == 0


def test_tickets_of_an_earlier_version_get_their_clocks(tenant: Tenant) -> None:
    store_tickets(tenant, [{"messages": [message("10:00")]}])
    fresh = stored(tenant)
    mongo.collection("tickets").update_many({}, {"$unset": dict.fromkeys(("clocks", "exchange", "status_moments"), "")})
    forget_rollups()
    roll_up(tenant)
    assert figures(tenant) == {}
    request_missing_recounts(threading.Event())
    recount_waiting_tickets(threading.Event())
    after = stored(tenant)
    assert (after["exchange"], after["clocks"]) == (fresh["exchange"], fresh["clocks"])
    assert figures(tenant)["first_reply"].calendar.count == 1


def test_the_check_repairs_a_wrong_clock_in_every_block(tenant: Tenant) -> None:
    store_tickets(tenant, [ANSWERED])
    right = figures(tenant)
    mongo.collection("rollup_clocks").update_many({}, {"$inc": {"sums.first_reply met": 7}})
    day = NOON.toordinal()
    assert figures(tenant) != right
    assert check_day(tenant, day)
    assert figures(tenant) == right
    assert not check_day(tenant, day)


def test_a_deleted_ticket_takes_its_clocks_out_of_the_numbers(tenant: Tenant) -> None:
    store_tickets(tenant, [ANSWERED])
    delete_stored(tenant, ["T-1"])
    assert figures(tenant) == {}


def _run_by(monkeypatch: pytest.MonkeyPatch, settings: ClockSettings) -> None:
    monkeypatch.setattr("tickets.planning.planner.find_clock_settings", lambda tenant: settings)
