"""The preview of a target says what is stored after saving it."""

import threading
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from tenants.models import Tenant
from tests.builders import NOON, store_tickets
from tests.service_levels.targets import add_target, new_target
from tickets.recount import target_sample
from tickets.recount.opening_hours import save_opening_hours
from tickets.recount.target_preview import period_of_preview, preview_target
from tickets.recount.targets import save_target
from tickets.recount.walk import recount_waiting_tickets
from tickets.service_levels.model import OpeningHours
from tickets.store.filters import TicketFilter
from tickets.store.target_counts import Due, Kept, TargetCounts
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")


def made(random: Random, number: int) -> dict[str, Any]:
    created_at = NOON - timedelta(minutes=random.randrange(100 * 24 * 60))
    moments = sorted(created_at + timedelta(minutes=random.randrange(1, 6_000)) for _ in range(random.randrange(5)))
    messages = [
        {"id": str(place), "author": "x", "at": at.isoformat(), "text": "Hello", "is_customer": random.random() < 0.4}
        for place, at in enumerate(moments)
    ]
    closed_at = max([created_at, *moments]) + timedelta(minutes=5)
    closing = {"resolved_at": closed_at.isoformat(), "updated_at": closed_at.isoformat()}
    return {
        "id": f"T-{number:03}",
        "created_at": created_at.isoformat(),
        "updated_at": created_at.isoformat(),
        "priority": random.choice(("P1", "P2", "P3")),
        "tags": random.choice(([], ["vip"], ["vip", "eu"])),
        "messages": messages,
        **({"status": "closed", **closing} if random.random() < 0.6 else {}),
    }


TARGETS: list[dict[str, Any]] = [
    {"length": 4},
    {"clock": "resolution", "length": 1, "unit": "days", "pauses": True},
    {"clock": "resolution", "length": 2, "unit": "days", "in_business_hours": True, "pauses": True},
    {"clock": "next_reply", "length": 90, "unit": "minutes", "conditions": {"priority": ["P1", "P2"]}},
    {"length": 3, "in_business_hours": True, "conditions": {"tags": ["vip"]}},
]


@pytest.mark.parametrize("values", TARGETS)
@pytest.mark.parametrize("seed", [1, 2])
def test_it_equals_what_is_stored_after_saving(tenant: Tenant, values: dict[str, Any], seed: int) -> None:
    """Also where an earlier target takes some of the tickets, and lists have exactly these tickets."""
    random = Random(seed)
    save_opening_hours(tenant, OpeningHours(tenant=tenant, week="Mon-Fri 09:00-17:00"))
    add_target(tenant, name="Earlier", clock=values.get("clock", "first_reply"), conditions={"tags": ["eu"]})
    store_tickets(tenant, [made(random, number) for number in range(60)])
    target = new_target(tenant, name="New", **values)
    seen = preview_target(tenant, target, now=NOON)
    save_target(target)
    recount_waiting_tickets(threading.Event())
    counts, period = TargetCounts(tenant), period_of_preview(tenant, NOON)
    kept = counts.find_kept(period).get(str(target.pk), Kept())
    assert (seen.met, seen.breached) == (kept.met, kept.breached)
    assert seen.met + seen.breached > 0
    assert seen.due == counts.find_due_by_target(NOON).get(str(target.pk), Due())
    assert sum(each.met for each in seen.weeks) == seen.met
    assert sum(each.breached for each in seen.weeks) == seen.breached
    assert not seen.is_sample
    assert preview_target(tenant, target, now=NOON) == seen
    _lists_agree(tenant, target.clock, str(target.pk), kept, seen.tickets, period.start, period.end)


def _lists_agree(
    tenant: Tenant, clock: str, target: str, kept: Kept, tickets: int, start: datetime, end: datetime
) -> None:
    queries = TicketStore(tenant).queries
    of_target: dict[str, Any] = {"clock": clock, "target": target, "stopped_from": start, "stopped_to": end}
    assert queries.count(TicketFilter(**of_target)) == tickets
    assert queries.count(TicketFilter(**of_target, met=True)) == kept.met_tickets
    assert queries.count(TicketFilter(**of_target, met=False)) == kept.breached_tickets


def test_breaches_at_night_and_outside_business_hours_are_counted(tenant: Tenant) -> None:
    save_opening_hours(tenant, OpeningHours(tenant=tenant, week="Mon-Fri 09:00-17:00"))
    # Tuesday: due at 12:00, at 19:00 and at 23:00, and all answered a day later.
    store_tickets(
        tenant,
        [
            {"id": f"T-{hour}", "created_at": f"2026-03-03T{hour}:00:00Z", "first_reply_at": f"2026-03-04T{hour}:00:00Z", "replies": 1}
            for hour in ("10", "17", "21")
        ],
    )  # fmt: skip
    seen = preview_target(tenant, new_target(tenant), now=NOON)
    assert (seen.breached, seen.at_night, seen.outside_hours) == (3, 1, 2)
    assert [(f"{each.monday}", each.breached) for each in seen.weeks if each.breached] == [("2026-03-02", 3)]
    assert preview_target(tenant, new_target(tenant, conditions={"team": ["none"]}), now=NOON).tickets == 0


def test_of_many_tickets_an_even_sample_is_taken(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    store_tickets(
        tenant,
        [
            {
                "id": f"T-{number}",
                "created_at": (NOON - timedelta(hours=5 * number + 6)).isoformat(),
                "first_reply_at": (NOON - timedelta(hours=5 * number + (1 if number % 4 else 5))).isoformat(),
                "replies": 1,
            }
            for number in range(400)
        ],
    )
    whole = preview_target(tenant, new_target(tenant), now=NOON)
    assert (whole.tickets, whole.ratio) == (400, 0.25)
    monkeypatch.setattr(target_sample, "MOST_STOPPED", 200)
    monkeypatch.setattr(target_sample, "MOST_OPEN", 50)
    sample = preview_target(tenant, new_target(tenant), now=NOON)
    assert sample.is_sample
    assert 0.4 < sample.share < 0.6
    assert 140 < sample.examined < 260
    assert sample.ratio == pytest.approx(0.25, abs=0.08)
    assert (sample.open_examined, sample.open_total) == (50, 400)


def test_tickets_of_another_tenant_are_not_looked_at(tenant: Tenant, other_tenant: Tenant) -> None:
    store_tickets(other_tenant, [{"first_reply_at": "2026-03-10T10:00:00Z", "replies": 1}, {"replies": 0}])
    add_target(other_tenant)
    recount_waiting_tickets(threading.Event())
    seen = preview_target(tenant, new_target(tenant), now=NOON)
    assert (seen.examined, seen.open_total) == (0, 0)
    counts = TargetCounts(tenant)
    assert counts.find_kept(period_of_preview(tenant, NOON)) == {}
    assert counts.find_due_by_target(NOON) == {}
    assert counts.count_due(NOON) == Due()
    assert counts.find_past_due(NOON, limit=5) == counts.find_due_next(NOON, limit=5) == []
    assert TargetCounts(other_tenant).find_past_due(NOON, limit=5)[0]["external_id"] == "T-2"
