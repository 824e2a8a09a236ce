"""Alerts on numbers: read, tried out over the past, fired once, acknowledged, muted and over."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from supportsaas.db import mongo
from supportsaas.web.rejected import Rejected
from tenants.models import Tenant
from tests.builders import NOON, store_tickets
from tests.number_alerts.answering import acknowledge, holder
from tickets.alerts.model import Channel
from tickets.number_alerts.model import NumberAlert
from tickets.number_alerts.reading import read_sample, read_value
from tickets.number_alerts.states import find_state
from tickets.number_alerts.try_out import try_out
from tickets.number_alerts.watching import check, watch_numbers
from tickets.store.filters import TicketFilter
from tickets.store.saved_views import add_view, delete_view

pytestmark = pytest.mark.django_db


def alert(tenant: Tenant, **values: Any) -> NumberAlert:
    made = NumberAlert(tenant=tenant, **{"metric": "arrived", "window_hours": 24, **values})
    made.full_clean()
    made.save()
    return made


def store(tenant: Tenant, number: int, *, at: datetime = NOON, **values: Any) -> None:
    prefix = f"{at:%m%d%H}-{len(values)}"
    store_tickets(
        tenant,
        [
            {"id": f"{prefix}-{each}", "created_at": (at - timedelta(minutes=10)).isoformat(), **values}
            for each in range(number)
        ],
        now=at,
    )


@pytest.fixture
def channel(tenant: Tenant) -> Channel:
    return Channel.objects.create(tenant=tenant, name="On call", kind="webhook", address="http://127.0.0.1:9")


def sent() -> list[tuple[str, str]]:
    return [(each["kind"], each["headline"]) for each in mongo.collection("deliveries").find().sort("composed_at", 1)]


# -- Reading -----------------------------------------------------------------------------------


def test_the_value_is_the_number_that_the_list_shows(tenant: Tenant) -> None:
    store(tenant, 3, message="We will file a lawsuit")
    store(tenant, 2, message="How does it work", status="closed", source="chat")
    view = add_view(tenant, name="Urgent", wanted=TicketFilter(urgency=("high",), state=("open",)))
    assert read_value(alert(tenant, threshold=1), now=NOON) == 5
    assert read_value(alert(tenant, threshold=1, view=view), now=NOON) == 3
    assert read_value(alert(tenant, metric="in_view", threshold=1, view=view), now=NOON) == 3
    assert read_value(alert(tenant, threshold=1, window_hours=1), now=NOON + timedelta(hours=2)) == 0


def test_the_values_of_a_view_are_never_operators(tenant: Tenant) -> None:
    hostile = ("$where", "{$gt: 0}", ".*", "$$ROOT")
    store(tenant, 3)
    store(tenant, 2, team="$where")
    watched = alert(tenant, threshold=1, view=add_view(tenant, name="$where", wanted=TicketFilter(team=hostile)))
    assert read_value(watched, now=NOON) == 2
    assert [each.peak for each in try_out(watched, now=NOON + timedelta(hours=1)).firings] == [2]


def test_a_share_of_few_tickets_is_unknown(tenant: Tenant) -> None:
    share = alert(tenant, metric="negative_share", threshold=50)
    store(tenant, 19, message="This is terrible and awful")
    assert read_value(share, now=NOON) is None
    store(tenant, 11, message="How does it work", status="closed", source="chat")
    assert read_value(share, now=NOON) == pytest.approx(100 * 19 / 30)


def test_the_first_reply_is_read_from_the_clocks(tenant: Tenant) -> None:
    replied = {
        "created_at": (NOON - timedelta(hours=5)).isoformat(),
        "first_reply_at": (NOON - timedelta(hours=1)).isoformat(),
    }
    store_tickets(tenant, [{"id": f"R-{n}", **replied} for n in range(10)])
    found = read_value(alert(tenant, metric="first_reply_p90", threshold=2), now=NOON)
    assert found == pytest.approx(4, rel=0.02)


def test_the_sample_goes_back_to_the_first_ticket_and_no_further(tenant: Tenant) -> None:
    store(tenant, 1, at=NOON - timedelta(days=22))
    store(tenant, 4, at=NOON - timedelta(days=7))
    assert read_sample(alert(tenant), now=NOON) == [4, 0, 0]


def test_the_sample_is_of_the_same_hour_by_the_clock_of_the_tenant(tenant: Tenant) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(timezone="Europe/Berlin")
    tenant.refresh_from_db()
    nine = datetime(2026, 3, 30, 7, tzinfo=UTC)  # 9:00 in summer; a week before, 9:00 was 8:00 UTC
    store(tenant, 1, at=nine - timedelta(days=30))
    store(tenant, 6, at=nine - timedelta(days=7) + timedelta(hours=1))
    assert read_sample(alert(tenant, window_hours=1), now=nine)[0] == 6
    store(tenant, 6, at=nine, source="chat")
    tried = NumberAlert(tenant=tenant, metric="arrived", window_hours=1)
    for week in range(2, 5):
        store(tenant, 6, at=nine - timedelta(days=7 * week) + timedelta(hours=1))
    assert nine - timedelta(hours=1) not in [
        each.start for each in try_out(tried, now=nine + timedelta(hours=1)).firings
    ]


# -- What can be watched -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"metric": "in_view"}, "view"),
        ({"metric": "breached"}, "threshold"),
        ({"threshold": -1}, "threshold"),
        ({"window_hours": 168}, "window_hours"),
        ({"metric": "mood", "threshold": 1}, "metric"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(tenant: Tenant, values: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        alert(tenant, **values)
    assert field in caught.value.message_dict


def test_a_view_with_a_search_cannot_be_watched(tenant: Tenant) -> None:
    view = add_view(tenant, name="Search", wanted=TicketFilter(q="router"))
    with pytest.raises(ValidationError, match="cannot be watched"):
        alert(tenant, threshold=1, view=view)


def test_a_view_of_another_tenant_is_refused(tenant: Tenant, other_tenant: Tenant) -> None:
    view = add_view(other_tenant, name="Theirs", wanted=TicketFilter(urgency=("high",)))
    with pytest.raises(ValidationError, match="this tenant's views"):
        alert(tenant, threshold=1, view=view)


def test_a_watched_view_cannot_be_deleted(tenant: Tenant) -> None:
    view = add_view(tenant, name="Urgent", wanted=TicketFilter(urgency=("high",)))
    made = alert(tenant, threshold=1, view=view)
    with pytest.raises(Rejected, match="An alert watches"):
        delete_view(view)
    made.delete()
    delete_view(view)


# -- Firing ------------------------------------------------------------------------------------


def test_an_alert_is_sent_once_when_it_fires_and_once_when_it_is_over(tenant: Tenant, channel: Channel) -> None:
    watched = alert(tenant, threshold=2, window_hours=1)
    assert not check(watched, now=NOON)
    store(tenant, 3)
    assert check(watched, now=NOON + timedelta(minutes=5))
    assert not check(watched, now=NOON + timedelta(minutes=10))
    assert sent() == [("number", "New tickets in the last hour: 3, above 2")]
    for minutes in range(60, 120, 5):
        check(watched, now=NOON + timedelta(minutes=minutes))
    assert [kind for kind, _ in sent()] == ["number", "recovery"]
    assert not find_state(watched).is_firing


def test_a_number_at_the_limit_does_not_alert_again_and_again(tenant: Tenant, channel: Channel) -> None:
    watched = alert(
        tenant, metric="in_view", threshold=2, view=add_view(tenant, name="Open", wanted=TicketFilter(state=("open",)))
    )
    for number in range(6):
        status = "open" if number % 2 == 0 else "closed"
        now = NOON + timedelta(minutes=number * 5)
        store_tickets(
            tenant, [{"id": f"T-{n}", "status": status, "updated_at": now.isoformat()} for n in range(3)], now=now
        )
        check(watched, now=now)
    assert len(sent()) == 1


def test_two_workers_send_one_alert(tenant: Tenant, channel: Channel) -> None:
    watched = alert(tenant, threshold=2)
    store(tenant, 3)
    threads = [threading.Thread(target=check, args=(watched,), kwargs={"now": NOON}) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(sent()) == 1


def test_a_muted_alert_is_sent_when_it_is_no_longer_muted_and_still_fires(tenant: Tenant, channel: Channel) -> None:
    watched = alert(tenant, threshold=2, muted_until=NOON + timedelta(hours=1))
    store(tenant, 3)
    assert check(watched, now=NOON)
    assert sent() == []
    check(watched, now=NOON + timedelta(hours=2))
    assert [kind for kind, _ in sent()] == ["number"]


def test_a_muted_alert_that_is_over_by_then_is_never_sent(tenant: Tenant, channel: Channel) -> None:
    watched = alert(tenant, threshold=2, window_hours=1, muted_until=NOON + timedelta(hours=1))
    store(tenant, 3)
    for minutes in range(0, 240, 10):
        check(watched, now=NOON + timedelta(minutes=minutes))
    assert sent() == []


def test_only_the_chosen_channels_get_it(tenant: Tenant, channel: Channel) -> None:
    other = Channel.objects.create(tenant=tenant, name="Other", kind="webhook", address="http://127.0.0.1:10")
    watched = alert(tenant, threshold=2, channels=[str(other.pk)])
    store(tenant, 3)
    check(watched, now=NOON)
    assert [each["channel_id"] for each in mongo.collection("deliveries").find()] == [str(other.pk)]


def test_whoever_acknowledges_first_stays(tenant: Tenant, channel: Channel) -> None:
    watched = alert(tenant, threshold=2)
    assert not holder(watched)
    store(tenant, 3)
    check(watched, now=NOON)
    assert acknowledge(watched, by="ann")
    assert not acknowledge(watched, by="ben")
    assert holder(watched) == "ann"


def test_an_unusual_hour_says_what_is_usual(tenant: Tenant, channel: Channel) -> None:
    for week in range(1, 9):
        store(tenant, 2, at=NOON - timedelta(days=7 * week))
    store(tenant, 30)
    watched = alert(tenant, window_hours=1)
    assert check(watched, now=NOON)
    assert sent() == [("number", "New tickets in the last hour: 30, usually 2")]


def test_a_view_that_became_invalid_is_reported_and_alerts_nobody(tenant: Tenant, channel: Channel) -> None:
    view = add_view(tenant, name="Urgent", wanted=TicketFilter(urgency=("high",)))
    watched = alert(tenant, threshold=0, view=view)
    type(view).objects.filter(pk=view.pk).update(query="urgency=gone")
    watched.refresh_from_db()
    check(watched, now=NOON)
    assert "urgency" in find_state(watched).problem
    assert sent() == []


def test_the_task_checks_what_is_on_and_due(tenant: Tenant, channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supportsaas.clock.now", lambda: NOON)
    alert(tenant, threshold=2)
    alert(tenant, threshold=2, enabled=False)
    store(tenant, 3)
    assert watch_numbers(threading.Event()) == 1
    assert watch_numbers(threading.Event()) == 0
    assert len(sent()) == 1


# -- Trying out --------------------------------------------------------------------------------


@pytest.fixture
def quiet_weeks(tenant: Tenant) -> Iterator[datetime]:
    """Twelve weeks with two tickets at noon each day, and one hour with twenty."""
    burst = NOON - timedelta(days=3)
    noons = [NOON - timedelta(days=day, minutes=10) for day in range(1, 85)]
    store_tickets(tenant, [{"id": f"{at:%m%d}-{n}", "created_at": at.isoformat()} for at in noons for n in range(2)])
    store(tenant, 20, at=burst, source="chat")
    yield burst


def test_a_try_out_fires_when_the_alert_would_have(tenant: Tenant, quiet_weeks: datetime) -> None:
    for values in ({"threshold": 10.0}, {}):
        found = try_out(NumberAlert(tenant=tenant, metric="arrived", window_hours=1, **values), now=NOON)
        assert [each.start for each in found.firings] == [quiet_weeks - timedelta(hours=1)], values
        assert found.firings[0].peak == 22
        assert found.at_night == 0


def test_a_try_out_at_night_says_so(tenant: Tenant) -> None:
    store(tenant, 5, at=NOON - timedelta(days=2, hours=10))
    found = try_out(NumberAlert(tenant=tenant, metric="arrived", window_hours=1, threshold=3), now=NOON)
    assert (found.count, found.at_night) == (1, 1)


def test_the_backlog_of_the_past_follows_from_what_was_closed(tenant: Tenant) -> None:
    view = add_view(tenant, name="Open", wanted=TicketFilter(state=("open",)))
    created = NOON - timedelta(days=5)
    store_tickets(
        tenant,
        [{"id": f"B-{n}", "created_at": created.isoformat(), "updated_at": created.isoformat()} for n in range(6)],
    )
    closed = created + timedelta(hours=3)
    store_tickets(
        tenant,
        [
            {"id": f"B-{n}", "created_at": created.isoformat(), "updated_at": closed.isoformat(), "status": "closed"}
            for n in range(6)
        ],
    )
    found = try_out(NumberAlert(tenant=tenant, metric="in_view", view=view, threshold=5), now=NOON)
    assert [(each.start, each.end, each.peak) for each in found.firings] == [(created, closed, 6)]


def test_what_the_past_does_not_show_is_said(tenant: Tenant) -> None:
    store(tenant, 1)
    found = try_out(NumberAlert(tenant=tenant, metric="past_due", threshold=5), now=NOON)
    assert "cannot be tried out" in found.why_not
