"""Page, file, API and tickets have the same times, with roll-ups and without, however the period is cut."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from html import unescape
from math import ceil
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from analytics.dashboard.statistics import StatisticsStore
from analytics.figures import ClockFigures
from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.builders import NOON, store_tickets
from tests.reading_pages import page_of, text_of
from tests.rolled_up import forget_rollups, roll_up
from tickets.clocks.business_hours import BusinessHours
from tickets.clocks.settings import ClockSettings, Target
from tickets.records.dimensions import ALL_TICKETS, Narrowing
from tickets.records.period import Period
from tickets.store.filters import TicketFilter
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], Client]
BERLIN = ZoneInfo("Europe/Berlin")
HOURS = BusinessHours(BERLIN, (((9 * 60, 17 * 60),),) * 5 + ((),) * 2, lambda day: False)
SETTINGS = ClockSettings(
    business_hours=HOURS,
    targets=(
        Target(id="1", name="Reply", clock="first_reply", seconds=2 * 3600, in_business_hours=True),
        Target(id="2", name="Solve", clock="resolution", seconds=30 * 3600),
        Target(id="3", name="Next", clock="next_reply", seconds=1800),
    ),
)
TEAMS, SOURCES, PRIORITIES = ("billing", "shop"), ("email", "chat", "web"), ("high", "normal")


def at(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def made_tickets() -> Iterator[dict[str, Any]]:
    """A fortnight of tickets: answered once, several times or never, closed, reopened or open, with messages or stamps."""
    for number in range(60):
        created = NOON - timedelta(days=number % 14, hours=number % 7, minutes=7 * number % 60)
        gaps = [timedelta(minutes=11 + 37 * number % 400), timedelta(minutes=3 + 13 * number % 90)]
        ticket: dict[str, Any] = {
            "id": f"T-{number:02}",
            "team": TEAMS[number % 2],
            "source": SOURCES[number % 3],
            "priority": PRIORITIES[number // 3 % 2],
            "created_at": at(created),
            "updated_at": at(created),
        }
        answered = created + gaps[0]
        if number % 5 == 0:
            ticket |= {"first_reply_at": at(answered), "replies": 1}
        elif number % 5 < 4:
            again = answered + gaps[1]
            ticket["messages"] = [
                _message("a", answered),
                _message("b", answered + timedelta(minutes=1), by_customer=True),
                _message("c", again),
            ]
            answered = again
        elif number % 10 == 9:
            ticket["replies"] = 0
        closed = answered + timedelta(hours=number % 50)
        if number % 3 and closed < NOON:
            ticket |= {"status": "closed", "updated_at": at(closed)}
            if number % 4:
                ticket["resolved_at"] = at(closed)
        yield ticket


def _message(id_: str, moment: datetime, *, by_customer: bool = False) -> dict[str, Any]:
    return {"id": id_, "author": "x", "at": at(moment), "text": f"Text {id_}", "is_customer": by_customer}


@pytest.fixture
def tickets(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> Tenant:
    tenant.timezone = BERLIN.key
    tenant.save()
    for place in ("tickets.planning.planner", "analytics.views.response_times", "tickets.views.tickets.ticket_pages"):
        monkeypatch.setattr(f"{place}.find_clock_settings", lambda tenant: SETTINGS)
    store_tickets(tenant, made_tickets())
    for hours, status in enumerate(("open", "in_progress", "closed")):
        changed = [
            {
                "id": f"S-{day}",
                "team": "billing",
                "created_at": at(NOON - timedelta(days=day, hours=5)),
                "updated_at": at(NOON - timedelta(days=day, hours=5 - hours * (1 + day % 3) / 2)),
                "status": status,
            }
            for day in range(1, 12)
        ]
        store_tickets(tenant, changed, now=NOON)
    return tenant


def stopped_in(tenant: Tenant, period: Period, narrowing: Narrowing) -> dict[str, list[dict[str, Any]]]:
    """The clocks of stored tickets, one by one."""
    found: dict[str, list[dict[str, Any]]] = {}
    wanted = {"tenant_id": tenant.slug, "is_deleted": False, **narrowing.condition}
    for ticket in mongo.collection("tickets").find(wanted):
        for each in ticket.get("clocks") or ():
            if period.start <= each["at"] < period.end:
                found.setdefault(each["clock"], []).append(each)
    return found


def assert_same(found: dict[str, ClockFigures], clocks: dict[str, list[dict[str, Any]]]) -> None:
    assert found.keys() == clocks.keys()
    for name, each in found.items():
        mine = clocks[name]
        unknown = [one for one in mine if one["seconds"] is None]
        assert each.unknown + each.never == len(unknown)
        assert each.never == sum(one["by"] == "never" for one in unknown)
        assert each.stopped == len(mine)
        assert each.met == sum(one.get("met") is True for one in mine)
        assert each.breached == sum(one.get("met") is False for one in mine)
        by = [one["by"] for one in mine if one["seconds"] is not None]
        assert dict(each.by) == {origin: by.count(origin) for origin in set(by)}
        for field, durations in (("seconds", each.calendar), ("business", each.business)):
            took = sorted(max(one[field], 1) for one in mine if one[field] is not None)
            assert durations.count == len(took)
            for share, shown in zip((0.5, 0.9), durations.percentiles, strict=True):
                assert shown == (
                    pytest.approx(took[ceil(len(took) * share) - 1], rel=0.021, abs=1.04) if took else None
                )


@pytest.mark.parametrize("is_rolled_up", [True, False])
@pytest.mark.parametrize(
    ("start", "length"),
    [
        (timedelta(days=7, hours=11), timedelta(days=7)),  # whole days in Berlin
        (timedelta(days=3, hours=5), timedelta(days=2, hours=3)),
        (timedelta(hours=30, minutes=17), timedelta(hours=29, minutes=44)),
        (timedelta(days=14), timedelta(days=15)),
    ],
)
@pytest.mark.parametrize(
    "narrowing",
    [ALL_TICKETS, Narrowing(values=("chat", "web")), Narrowing("team", ("billing",)), Narrowing("priority", ("high",))],
)
def test_the_numbers_of_a_period_are_those_of_its_stored_tickets(
    tickets: Tenant, is_rolled_up: bool, start: timedelta, length: timedelta, narrowing: Narrowing
) -> None:
    period = Period(NOON - start, NOON - start + length)
    before = Period(period.start - length, period.start)
    store = StatisticsStore(tickets, use_rollups=is_rolled_up)
    found = store.clocks(period, comparison=before, narrowing=narrowing, now=NOON)
    for of, figures in zip((period, before), found, strict=True):
        assert_same(figures, stopped_in(tickets, of, narrowing))


def test_the_test_has_something_of_everything(tickets: Tenant) -> None:
    everything = stopped_in(tickets, Period(NOON - timedelta(days=30), NOON + timedelta(days=30)), ALL_TICKETS)
    assert {"first_reply", "next_reply", "resolution", "waiting_us", "waiting_customer"} <= everything.keys()
    assert {each["by"] for each in everything["first_reply"]} >= {"helpdesk", "conversation"}
    assert {each.get("met") for each in everything["first_reply"]} >= {True, False}
    assert any(each["seconds"] is None for each in everything["resolution"])
    assert any(each["by"] == "never" for each in everything["first_reply"])
    assert any(each.startswith("status:") for each in everything)


def test_numbers_built_anew_are_those_that_writes_have_counted(tickets: Tenant) -> None:
    period = Period(NOON - timedelta(days=8), NOON)
    before = Period(period.start - timedelta(days=8), period.start)
    counted = StatisticsStore(tickets).clocks(period, comparison=before, now=NOON)
    forget_rollups()
    roll_up(tickets)
    assert StatisticsStore(tickets).clocks(period, comparison=before, now=NOON) == counted


QUERY = "period=custom&from=2026-03-01&to=2026-03-09"


@pytest.mark.parametrize("narrowed", ["", "&team=billing", "&source=chat", "&priority=high"])
def test_page_file_api_and_export_have_the_same_numbers(
    tickets: Tenant, team_mate: User, client_of: ClientOf, narrowed: str
) -> None:
    client = client_of(team_mate)
    asked = f"from_date=2026-03-01&to_date=2026-03-09{narrowed}"
    api = client.get(f"/tenants/acme/dashboard?{asked}").json()["clocks"]
    page = text_of(page_of(client, f"/t/acme/response-times/?{QUERY}{narrowed}"))
    for measure, field in (("calendar", "seconds"), ("business", "business_seconds")):
        rows = rows_of(client.get(f"/t/acme/response-times/csv/?{QUERY}{narrowed}&time={measure}"))
        exported = [each["clock"] for each in rows]
        assert exported[:5] == ["first_reply", "next_reply", "resolution", "waiting_us", "waiting_customer"]
        by_name = {each["clock"]: each for each in rows}
        for clock, found in api.items():
            row, durations = by_name[clock], found[measure]
            assert [row[name] or None for name in ("median_seconds", "p90_seconds")] == [
                None if durations[name] is None else str(durations[name]) for name in ("median_seconds", "p90_seconds")
            ]
            assert (int(row["count"]), int(row["unknown"])) == (durations["count"], found["unknown"])
            assert (int(row["met"]), int(row["breached"])) == (found["met"], found["breached"])
            bands = [int(number) for name, number in row.items() if name.startswith(("under", "up_to", "longer"))]
            assert sum(bands) == durations["count"]
        for clock in ("first_reply", "resolution"):
            link = f"/t/acme/export/tickets/?clock={clock}&stopped_from=2026-03-01&stopped_to=2026-03-09{narrowed}"
            times = [each[f"{clock}_{field}"] for each in rows_of(client.get(link))]
            took = sorted(max(int(each), 1) for each in times if each)
            assert len(took) == api[clock][measure]["count"]
            half = took[ceil(len(took) / 2) - 1]
            assert api[clock][measure]["median_seconds"] == pytest.approx(half, rel=0.021, abs=1.04)
    assert "in your business hours" in page


def rows_of(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


@pytest.mark.parametrize("address", ["/t/acme/", "/t/acme/response-times/"])
@pytest.mark.parametrize("narrowed", ["", "&team=billing"])
def test_every_number_of_times_opens_the_list_of_as_many_tickets(
    tickets: Tenant, team_mate: User, client_of: ClientOf, address: str, narrowed: str
) -> None:
    client = client_of(team_mate)
    html = page_of(client, f"{address}?{QUERY}{narrowed}")
    links = re.findall(r'<a href="(/t/acme/tickets/\?[^"]*clock=[^"]*)">([^<]*)</a>', html)
    counted = [(unescape(url), number) for url, text in links if (number := re.search(r"\d[\d,]*", text))]
    assert len(counted) >= 2
    for url, number in counted:
        wanted = TicketFilter.parse({name: [value] for name, value in parse_qsl(urlsplit(url).query)}, zone=BERLIN)
        assert TicketStore(tickets).queries.count(wanted) == int(number.group().replace(",", "")), url


def test_the_page_says_what_to_do_if_nothing_is_known(tenant: Tenant, owner: User, client_of: ClientOf) -> None:
    store_tickets(tenant, [{}])
    page = page_of(client_of(owner), f"/t/acme/response-times/?{urlencode({'period': '24h'})}")
    text = text_of(page)
    assert "No reply is known in this period." in text
    assert "No business hours are set up" in text and "/t/acme/settings/hours/" in page
    assert "No times in this period" in text


@pytest.mark.parametrize(("query", "field"), [("time=lunar", "time"), ("from=soon&to=2026-03-01", "from")])
def test_an_invalid_address_is_400(
    tickets: Tenant, team_mate: User, client_of: ClientOf, query: str, field: str
) -> None:
    client = client_of(team_mate)
    for address in ("/t/acme/response-times/", "/t/acme/response-times/csv/"):
        answer = client.get(f"{address}?{query}")
        assert answer.status_code == 400
        assert field in answer.content.decode().lower()


def test_every_panel_leads_to_the_definition_of_its_number(
    tickets: Tenant, team_mate: User, client_of: ClientOf
) -> None:
    client = client_of(team_mate)
    counting = page_of(client, "/t/acme/counting/")
    anchors = set(re.findall(r'id="([a-z-]+)"', counting))
    for address in ("/t/acme/", "/t/acme/response-times/"):
        wanted = set(re.findall(r"/t/acme/counting/#([a-z-]+)", page_of(client, f"{address}?{QUERY}")))
        assert "first-reply" in wanted and wanted <= anchors


def test_the_export_has_a_tickets_clocks(tickets: Tenant, team_mate: User, client_of: ClientOf) -> None:
    client = client_of(team_mate)
    for row in rows_of(client.get("/t/acme/export/tickets/")):
        ticket = client.get(f"/tickets/{row['external_id']}", {"tenant_id": "acme"}).json()
        clocks = {each["clock"]: each for each in ticket["clocks"]}
        for name in ("first_reply", "resolution"):
            clock = clocks.get(name, {})
            assert row[f"{name}_seconds"] == text_for(clock.get("seconds"))
            assert row[f"{name}_business_seconds"] == text_for(clock.get("business_seconds"))
            assert row[f"{name}_by"] == text_for(clock.get("by"))
            assert row[f"{name}_met"] == {True: "yes", False: "no", None: ""}[clock.get("met")]
        assert row["waiting_us_seconds"] == text_for(clocks.get("waiting_us", {}).get("seconds"))
        assert row["waiting_for"] == text_for(ticket["waiting_for"])
        assert bool(row["due_at_next (Europe/Berlin)"]) is (ticket["next_due_at"] is not None)
        in_status = {
            name.removeprefix("status:"): each["seconds"] for name, each in clocks.items() if "status:" in name
        }
        assert json.loads(row["time_in_status"] or "{}") == in_status
        assert int(row["next_replies"]) == sum(each["clock"] == "next_reply" for each in ticket["clocks"])


def text_for(value: object) -> str:
    return "" if value is None else str(value)


def test_a_tickets_page_has_its_clocks_in_words(tickets: Tenant, team_mate: User, client_of: ClientOf) -> None:
    client = client_of(team_mate)
    store_tickets(
        tickets,
        [
            {"id": "STAMP", "first_reply_at": "2026-03-10T11:10:00Z", "created_at": "2026-03-10T07:00:00Z"},
            {"id": "WAITS", "replies": 0, "created_at": "2026-03-10T07:00:00Z"},
            {"id": "CLOSED", "status": "closed"},
        ],
    )
    stamp = text_of(page_of(client, "/t/acme/tickets/STAMP/"))
    assert "after 4 h 10 min (3 h 10 min in business hours), from the helpdesk target missed" in stamp
    waits = text_of(page_of(client, "/t/acme/tickets/WAITS/"))
    assert "not yet; the customer wrote" in waits and "us since" in waits and "First reply due" in waits
    closed = text_of(page_of(client, "/t/acme/tickets/CLOSED/"))
    assert "unknown: the helpdesk gives no time, and the messages are not known" in closed
    assert "unknown: when it was created or closed is not known" in closed
