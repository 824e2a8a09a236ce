"""Business hours that are stored: what is saved, by whom it is seen, and what clocks get of them."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from supportsaas.db import mongo
from tenants.models import AuditEntry, Tenant
from tests.builders import store_tickets
from tests.commands import run
from tickets.recount.opening_hours import save_opening_hours
from tickets.recount.walk import RECOUNT
from tickets.service_levels.model import OpeningHours, business_hours_of, find_opening_hours
from tickets.service_levels.summary import next_closed_days, summarize

pytestmark = pytest.mark.usefixtures("db")
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def make_hours(tenant: Tenant, **values: Any) -> OpeningHours:
    hours = OpeningHours(tenant=tenant, **{"week": "Mon-Fri 09:00-17:00", **values})
    hours.validate()
    return hours


def elapsed_hours(tenant: Tenant, start: datetime, end: datetime) -> float:
    hours = business_hours_of(tenant)
    assert hours is not None
    return hours.elapsed(start, end) / timedelta(hours=1)


def test_a_tenant_has_none_until_they_are_saved(tenant: Tenant, other_tenant: Tenant) -> None:
    assert business_hours_of(tenant) is None
    assert save_opening_hours(tenant, make_hours(tenant))
    assert elapsed_hours(tenant, datetime(2026, 11, 30, tzinfo=UTC), datetime(2026, 12, 7, tzinfo=UTC)) == 40
    assert business_hours_of(other_tenant) is None
    assert not save_opening_hours(tenant, make_hours(tenant)), "nothing has changed"
    assert save_opening_hours(tenant, None)
    assert business_hours_of(tenant) is None
    assert not save_opening_hours(tenant, None)


def test_holidays_and_own_days(tenant: Tenant) -> None:
    closed, worked = ["2026-12-24 Christmas Eve"], ["2026-12-25 Inventory"]
    save_opening_hours(tenant, make_hours(tenant, country="DE", closed_days=closed, worked_days=worked))
    # Monday 21 December to Sunday 27 December; 26 December is a Saturday.
    assert elapsed_hours(tenant, datetime(2026, 12, 21, tzinfo=UTC), datetime(2026, 12, 28, tzinfo=UTC)) == 32
    # 1 January is a Friday.
    assert elapsed_hours(tenant, datetime(2026, 12, 28, tzinfo=UTC), datetime(2027, 1, 4, tzinfo=UTC)) == 32


def test_hours_are_of_their_own_zone_or_of_the_tenant(tenant: Tenant) -> None:
    tenant.timezone = "America/New_York"
    tenant.save()
    morning = datetime(2026, 11, 30, 8, 30, tzinfo=UTC)
    save_opening_hours(tenant, make_hours(tenant))
    assert not business_hours_of(tenant).is_open(morning)  # type: ignore[union-attr]
    save_opening_hours(tenant, make_hours(tenant, timezone="Europe/Berlin"))
    assert business_hours_of(tenant).is_open(morning)  # type: ignore[union-attr]


def test_the_same_hours_are_worked_out_once(tenant: Tenant) -> None:
    save_opening_hours(tenant, make_hours(tenant))
    assert business_hours_of(tenant) is business_hours_of(tenant)


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"week": "Mon 17-9"}, "week", "09:00 is before 17:00."),
        ({"week": "Mon closed"}, "week", "Enter the hours of at least one day."),
        ({"timezone": "Berlin"}, "timezone", "is not an IANA time zone"),
        ({"country": "XX"}, "country", "“XX” is not a country with known holidays."),
        ({"country": "DE", "region": "XX"}, "region", "Choose from"),
        ({"region": "BE"}, "region", "It has no regions"),
        ({"closed_days": ["2026-02-30"]}, "closed_days", "2026-02-30 is not a date."),
        ({"closed_days": ["Christmas"]}, "closed_days", "Write a day as in"),
        ({"worked_days": ["2026-12-24 " + "x" * 101]}, "worked_days", "at most 100 characters"),
        ({"closed_days": ["2026-12-24"], "worked_days": ["2026-12-24"]}, "worked_days", "both a closed day and"),
        ({"closed_days": [f"{year}-12-24" for year in range(2001, 2202)]}, "closed_days", "at most 200 days"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(tenant: Tenant, values: dict[str, Any], field: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        make_hours(tenant, **values)
    assert sentence in " ".join(refused.value.message_dict[field])


def test_bulk_changes_are_refused() -> None:
    with pytest.raises(TypeError, match="save_opening_hours"):
        OpeningHours.objects.all().delete()
    with pytest.raises(TypeError, match="save_opening_hours"):
        OpeningHours.objects.update(week="")


def test_the_audit_log_shows_changes_in_words(tenant: Tenant) -> None:
    save_opening_hours(tenant, make_hours(tenant))
    save_opening_hours(tenant, make_hours(tenant, week="Mon-Sat 8-18", closed_days=["2026-12-24 Christmas Eve"]))
    save_opening_hours(tenant, None)
    entries = list(AuditEntry.objects.filter(tenant_slug="acme", kind="business hours").order_by("recorded_at"))
    assert [each.action for each in entries] == ["created", "changed", "deleted"]
    assert entries[1].changes == {
        "week": {"old": "Mon–Fri 09:00–17:00", "new": "Mon–Sat 08:00–18:00"},
        "closed_days": {"old": "", "new": "2026-12-24 Christmas Eve"},
    }


def test_a_summary_in_words(tenant: Tenant) -> None:
    hours = make_hours(tenant, country="DE", closed_days=["2026-12-19 a Saturday"])
    assert summarize(hours, NOW) == "Open 40 h a week; next closed: Fri 25 Dec 2026 (Christmas Day)."
    assert [str(each) for each in next_closed_days(hours, NOW)][:2] == [
        "Fri 25 Dec 2026 (Christmas Day)",
        "Fri 1 Jan 2027 (New Year's Day)",
    ]
    always = make_hours(tenant, week="Mon-Sun 0-23:30")
    assert summarize(always, NOW) == "Open 164 h 30 min a week; no closed days in the next year."


def test_the_command_sets_and_shows_them(tenant: Tenant) -> None:
    assert run("hours", "acme") == (0, "acme: no business hours, so only calendar time counts.\n", "")
    code, out, _ = run(
        "hours", "acme", "--week", "Mon-Fri 09:00-17:00; Sat 10:00-14:00", "--country", "DE", "--region", "BE",
        "--holiday", "2040-12-24=Christmas Eve", "--working-day", "2041-01-01",
    )  # fmt: skip
    assert (code, out.splitlines()[0]) == (0, "acme: Mon–Fri 09:00–17:00; Sat 10:00–14:00 (UTC)")
    assert "acme: Open 44 h a week; next closed:" in out
    assert run("hours", "acme", "--zone", "Europe/Berlin", "--working-day", "2040-12-24=Open after all")[0] == 0
    stored = find_opening_hours(tenant)
    assert stored is not None
    assert (stored.timezone, stored.country, stored.region) == ("Europe/Berlin", "DE", "BE")
    assert (stored.closed_days, stored.worked_days) == ([], ["2040-12-24 Open after all", "2041-01-01"])
    assert run("hours", "acme", "--drop-day", "2041-01-01", "--country", "FR")[0] == 0
    stored = find_opening_hours(tenant)
    assert stored is not None
    assert (stored.worked_days, stored.country, stored.region) == (["2040-12-24 Open after all"], "FR", "")
    assert run("hours", "acme", "--remove")[0] == 0
    assert find_opening_hours(tenant) is None


def test_the_command_says_what_is_wrong(tenant: Tenant) -> None:
    assert run("hours", "nobody") == (1, "", "Tenant “nobody” does not exist.")
    assert "09:00 is before 17:00" in run("hours", "acme", "--week", "Mon 17-9")[2]
    assert "week: This field cannot be blank." in run("hours", "acme", "--country", "DE")[2]
    assert "is not a date" in run("hours", "acme", "--week", "Mon 9-17", "--holiday", "2026-13-01")[2]
    assert find_opening_hours(tenant) is None


def test_the_clocks_of_stored_tickets_follow(tenant: Tenant) -> None:
    def is_recounted_after(hours: OpeningHours | None) -> bool:
        mongo.collection(RECOUNT.collection).delete_many({})
        save_opening_hours(tenant, hours)
        return RECOUNT.is_running(tenant)

    assert is_recounted_after(make_hours(tenant))
    assert not is_recounted_after(make_hours(tenant))
    assert is_recounted_after(make_hours(tenant, country="DE"))
    assert is_recounted_after(None)


def test_stored_tickets_get_their_business_time(tenant: Tenant) -> None:
    friday, monday = datetime(2026, 11, 27, 16, tzinfo=UTC), datetime(2026, 11, 30, 10, tzinfo=UTC)
    ticket = {"id": "T-1", "created_at": friday.isoformat(), "first_reply_at": monday.isoformat()}
    store_tickets(tenant, [ticket], now=NOW)

    def business_seconds() -> object:
        stored = mongo.collection("tickets").find_one({"tenant_id": "acme", "external_id": "T-1"})
        assert stored is not None
        return next(each["business"] for each in stored["clocks"] if each["clock"] == "first_reply")

    def follow(hours: OpeningHours | None) -> None:
        save_opening_hours(tenant, hours)
        RECOUNT.walk_waiting(threading.Event())

    assert business_seconds() is None
    follow(make_hours(tenant))
    assert business_seconds() == 2 * 3600
    follow(make_hours(tenant, closed_days=["2026-11-30"]))
    assert business_seconds() == 3600
    follow(None)
    assert business_seconds() is None
