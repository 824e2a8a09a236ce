"""The work of people and teams: page, file and API have the same numbers, each is its list, and people are for managers."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from analytics.figures import Durations
from analytics.views.panels.work import work_table
from analytics.views.work_selection import WorkSelection
from analytics.work.figures import ValueWork, Waits, WorkFigures, WorkNumbers
from analytics.work.pipeline import Compared
from analytics.work.rows import Order, work_rows
from analytics.work.store import WorkStore
from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.builders import NOON, delete_stored, store_tickets, store_words
from tests.reading_pages import page_of, text_of
from tests.rolled_up import roll_up
from tickets.records.dimensions import ALL_TICKETS, Narrowing
from tickets.records.histogram import step_of
from tickets.records.period import Period
from tickets.rollups import differences
from tickets.rollups.blocks import Block
from tickets.rollups.checking import check_day
from tickets.rollups.work_sums import WORK_FIELDS
from tickets.store.filters import TicketFilter
from tickets.store.ticket_store import TicketStore

ClientOf = Callable[[User], Client]

START = datetime(2026, 3, 1, tzinfo=UTC)
PAGE = "/t/acme/work/?from=2026-03-04&to=2026-03-10"
_PERIOD = Period(datetime(2026, 3, 4, tzinfo=UTC), datetime(2026, 3, 11, tzinfo=UTC))
SHOWN = Compared(_PERIOD, _PERIOD.comparison(NOON, ZoneInfo("UTC")))
"""The period of the page at noon of its last day."""


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    monkeypatch.setattr("supportsaas.clock.now", lambda: NOON)
    return NOON


def made(number: int, random: Random) -> dict[str, Any]:
    created = START - timedelta(days=5) + timedelta(hours=2 * number)
    fields: dict[str, Any] = {
        "assignee": random.choice(["Ann", "Bo", "Cy.d$", None]),
        "team": random.choice(["billing", "support"]),
        "priority": random.choice(["low", "high"]),
        "type": random.choice(["bug", "question"]),
        "tags": random.sample(["a", "b", "c"], random.randrange(3)),
        "organisation": random.choice(["Acme", "Globex", None]),
    }
    known = {name: value for name, value in fields.items() if value}
    replied = created + timedelta(minutes=random.randrange(1, 3000))
    reply = {"first_reply_at": replied.isoformat()} if replied < NOON and random.random() < 0.8 else {}
    return {
        "id": f"T-{number:03}",
        "created_at": created.isoformat(),
        "updated_at": created.isoformat(),
        **known,
        **reply,
    }


def _turned(ticket: dict[str, Any], turn: int) -> dict[str, Any]:
    at = datetime.fromisoformat(ticket["created_at"]) + timedelta(hours=6 + 9 * turn)
    return {**ticket, "status": ("closed", "open")[turn % 2], "updated_at": at.isoformat()}


@pytest.fixture
def tickets(tenant: Tenant) -> Tenant:
    """170 tickets over two weeks: closed, reopened once and twice, handed over, and two deleted."""
    random = Random(5)
    stored = [made(number, random) for number in range(170)]
    store_tickets(tenant, stored, now=START)
    turns = {each["id"]: random.choice([0, 1, 1, 2, 3, 4, 5]) for each in stored}
    for turn in range(5):
        changed = [_turned(each, turn) for each in stored if turns[each["id"]] > turn]
        store_tickets(tenant, [each for each in changed if each["updated_at"] < NOON.isoformat()], now=NOON)
    live = {each["external_id"]: each["status"] for each in mongo.collection("tickets").find({})}
    handed = [{**each, "status": live[each["id"]], "assignee": "Dee"} for each in stored[100:130]]
    store_tickets(tenant, [{**each, "updated_at": NOON.isoformat()} for each in handed], now=NOON)
    delete_stored(tenant, ["T-101", "T-120"])
    store_words(tenant)
    return tenant


def lists(tenant: Tenant, by: str, value: str, period: Period, narrowing: Narrowing = ALL_TICKETS) -> dict[str, int]:
    """The sizes of the lists that the numbers are."""
    base: dict[str, Any] = {narrowing.field: narrowing.values, by: (value,)}

    def count(**conditions: Any) -> int:
        return TicketStore(tenant).queries.count(TicketFilter(**base, **conditions))

    return {
        "open": count(state=("open",)),
        "arrived": count(created_from=period.start, created_to=period.end),
        "resolved": count(resolved_from=period.start, resolved_to=period.end),
        "reopened": count(reopened_from=period.start, reopened_to=period.end),
        "first_reply": count(clock="first_reply", stopped_from=period.start, stopped_to=period.end),
        "resolution": count(clock="resolution", stopped_from=period.start, stopped_to=period.end),
    }


def numbers_of(open_now: int, of: WorkNumbers) -> dict[str, int]:
    return {
        "open": open_now,
        **{name: getattr(of, name) for name in ("arrived", "resolved", "reopened")},
        **{name: getattr(of, name).count for name in ("first_reply", "resolution")},
    }


def by_value(figures: WorkFigures) -> dict[str | None, ValueWork]:
    return {each.value: each for each in figures.values}


@pytest.mark.parametrize("by", WORK_FIELDS)
def test_every_number_is_its_list_from_rollups_and_from_tickets(tickets: Tenant, by: str) -> None:
    counted = by_value(WorkStore(tickets).count(by, SHOWN, ALL_TICKETS, now=NOON))
    assert counted == by_value(WorkStore(tickets, use_rollups=False).count(by, SHOWN, ALL_TICKETS, now=NOON))
    roll_up(tickets)
    assert counted == by_value(WorkStore(tickets).count(by, SHOWN, ALL_TICKETS, now=NOON))
    values = [value for value in counted if value is not None]
    assert len(values) > 1
    for value in values:
        work = counted[value]
        assert numbers_of(work.open, work.current) == lists(tickets, by, value, SHOWN.period), value
        assert numbers_of(work.open, work.previous) == lists(tickets, by, value, SHOWN.previous), value
    assert sum(each.current.reopened for each in counted.values())


def test_a_reopening_again_in_the_same_period_counts_its_ticket_once(tickets: Tenant) -> None:
    whole = Compared(
        Period(START - timedelta(days=9), NOON), Period(START - timedelta(days=20), START - timedelta(days=9))
    )
    counted = by_value(WorkStore(tickets).count("team", whole, ALL_TICKETS, now=NOON))
    reopened = {"turns.1": {"$exists": True}, "is_deleted": False}
    tickets_reopened = mongo.collection("tickets").count_documents(reopened)
    assert sum(each.current.reopened for each in counted.values()) == tickets_reopened
    assert mongo.collection("tickets").count_documents({**reopened, "turns.3": {"$exists": True}})


@pytest.mark.parametrize("narrowing", [Narrowing("team", ("billing",)), Narrowing("priority", ("low", "high"))])
def test_numbers_of_some_tickets_are_their_lists(tickets: Tenant, narrowing: Narrowing) -> None:
    for by in ("assignee", "team"):
        counted = by_value(WorkStore(tickets).count(by, SHOWN, narrowing, now=NOON))
        for value, work in counted.items():
            if value is not None:
                assert numbers_of(work.open, work.current) == lists(tickets, by, value, SHOWN.period, narrowing)
            assert work.current.handed_to is None


def test_a_field_with_too_many_values_is_counted_from_the_tickets(
    tickets: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = by_value(WorkStore(tickets).count("tag", SHOWN, ALL_TICKETS, now=NOON))
    monkeypatch.setattr(differences, "MOST_WORK_VALUES", 2)
    roll_up(tickets)
    state = mongo.collection("rollup_state").find_one({}) or {}
    assert len(state["values"]["tag"]) == 2
    assert by_value(WorkStore(tickets).count("tag", SHOWN, ALL_TICKETS, now=NOON)) == before


def test_percentiles_are_those_of_the_known_waits(tickets: Tenant) -> None:
    counted = by_value(WorkStore(tickets).count("team", SHOWN, ALL_TICKETS, now=NOON))["billing"].current.first_reply
    took = sorted(
        clock["seconds"]
        for each in mongo.collection("tickets").find({"team": "billing", "is_deleted": False})
        for clock in each.get("clocks", ())
        if clock["clock"] == "first_reply" and SHOWN.period.start <= clock["at"] < SHOWN.period.end and clock["seconds"]
    )
    assert counted.durations.count == len(took) >= 5
    assert counted.median_seconds == pytest.approx(took[(len(took) - 1) // 2], rel=0.03)


def test_hand_overs_are_those_of_the_history(tickets: Tenant) -> None:
    counted = by_value(WorkStore(tickets).count("assignee", SHOWN, ALL_TICKETS, now=NOON))
    changes = [
        each["changes"]["assignee"]
        for each in mongo.collection("ticket_history").find(
            {"changes.assignee": {"$exists": True}, "action": "updated"}
        )
    ]
    handed = [each for each in changes if each["old"] and each["new"]]
    assert counted["Dee"].current.handed_to == len(handed) > 10
    assert sum(each.current.handed_from or 0 for each in counted.values()) == len(handed)
    assert len(changes) > len(handed), "a first assignment is no hand-over"


def test_the_check_repairs_wrong_work(tickets: Tenant) -> None:
    day = SHOWN.period.start.toordinal()
    stored = mongo.collection("rollup_work")
    before = {each["_id"]: each["sums"] for each in stored.find()}
    for block in (*(Block(size, day - day % size).key for size in (1, 8, 64)), "all"):
        stored.update_one({"_id": f"acme|1|team|{block}"}, {"$inc": {"sums.0.open": 5}})
    assert check_day(tickets, day)
    repaired = {each["_id"]: each["sums"] for each in stored.find()}
    assert repaired == before
    assert not check_day(tickets, day)


def cells_of(page: str) -> Iterator[tuple[str, str, str, str]]:
    """Of each linked number: the row's name, the number, and its list."""
    for row in re.findall(r'<tr><th scope="row"><bdi>(.*?)</bdi></th>(.*?)</tr>', page):
        for cell in re.findall(r"<td.*?</td>", row[1]):
            if found := re.search(r'<a href="([^"]+)">([^<]+)</a>', cell):
                yield unescape(row[0]), cell, found[2], unescape(found[1])


@pytest.mark.parametrize("by", ["assignee", "tag"])
def test_page_file_and_api_agree_and_each_number_opens_its_list(
    tickets: Tenant, manager: User, client_of: ClientOf, by: str
) -> None:
    client = client_of(manager)
    page = page_of(client, f"{PAGE}&by={by}")
    seen = 0
    for _, _, text, url in cells_of(page):
        number = re.sub(r"\D", "", text.split("of ")[-1])
        assert f'<strong class="figure">{number}</strong>' in page_of(client, url), url
        seen += 1
    assert seen > 12
    api = client.get("/tenants/acme/work", {"by": by, "from_date": "2026-03-04", "to_date": "2026-03-10"}).json()
    file = client.get(f"/t/acme/work/csv/?from=2026-03-04&to=2026-03-10&by={by}&sort=name")
    rows = list(csv.DictReader(io.StringIO(b"".join(file).decode("utf-8-sig"))))
    every = [*api["values"], *([api["without_value"]] if api["without_value"] else [])]
    assert [row[by] for row in rows] == [each["value"] or "" for each in every]
    for row, each in zip(rows, every, strict=True):
        assert row["open"] == str(each["open"])
        for of, suffix in ((each["current"], ""), (each["previous"], "_before")):
            assert row[f"arrived{suffix}"] == str(of["arrived"])
            assert row[f"resolved{suffix}"] == str(of["resolved"])
            assert row[f"first_replies{suffix}"] == str(of["first_reply"]["count"])
            assert row[f"first_reply_median_seconds{suffix}"] == str(of["first_reply"]["median_seconds"] or "")
            assert row[f"resolution_p90_seconds{suffix}"] == str(of["resolution"]["p90_seconds"] or "")
            assert row[f"handed_to{suffix}"] == ("" if of["handed_to"] is None else str(of["handed_to"]))
    linked = {(name, number) for name, _, number, url in cells_of(page) if "state=open" in url}
    assert linked == {(each["value"], str(each["open"])) for each in api["values"] if each["open"]}


def test_people_are_for_managers(tickets: Tenant, team_mate: User, manager: User, client_of: ClientOf) -> None:
    viewer, boss = client_of(team_mate), client_of(manager)
    page = page_of(viewer, f"{PAGE}&by=team")
    assert "by=assignee" not in page and "Ann" not in page and "billing" in page
    for address in (f"{PAGE}&by=assignee", "/t/acme/work/csv/?by=assignee", "/tenants/acme/work?by=assignee"):
        refused = viewer.get(address)
        assert refused.status_code == 403 and "Numbers of people are for managers" in refused.content.decode()
        assert boss.get(address).status_code == 200
    assert "Ann" in page_of(boss, f"{PAGE}&by=assignee")


def test_the_page_says_what_is_wrong_with_its_address(tickets: Tenant, team_mate: User, client_of: ClientOf) -> None:
    for query, says in (("by=mood", "By must be one of"), ("sort=beauty", "Sort must be one of")):
        answer = client_of(team_mate).get(f"/t/acme/work/?{query}")
        assert answer.status_code == 400 and says in text_of(answer.content.decode())


def work(value: str | None, number: int, seconds: tuple[int, ...] = ()) -> ValueWork:
    steps = Durations(tuple((step_of(each), 1) for each in sorted(seconds)))
    return ValueWork(value=value, open=number, current=WorkNumbers(arrived=number, first_reply=Waits(steps, unknown=1)))


def test_more_rows_than_fit_are_summed_up_and_a_ticket_is_not_counted_twice() -> None:
    figures = WorkFigures(tuple(work(f"v{number:02}", number) for number in range(40)))
    shown = work_rows(figures, "type", Order("open", is_descending=True))
    assert [each.value for each in shown.shown][:2] == ["v39", "v38"] and len(shown.shown) == 25
    assert shown.others == 15 and shown.sum_of_others is not None and shown.sum_of_others.open == sum(range(15))
    assert shown.sum_of_others.current.first_reply.unknown == 15
    assert work_rows(figures, "tag", Order()).sum_of_others is None


def test_a_median_of_fewer_than_five_is_a_dash_with_its_count() -> None:
    figures = WorkFigures((work("few", 3, (60, 70, 80, 90)), work("many", 3, (60, 70, 80, 90, 100))))
    selection = WorkSelection.of_page({"by": ["type"], "sort": ["name"]}, zone=ZoneInfo("UTC"), now=NOON)
    table = work_table(
        work_rows(figures, "type", selection.shown_order), selection, SHOWN, "acme", has_earlier_data=False
    )
    few, many = (row.cells[4] for row in table.rows)
    assert (few.text, few.of) == ("–", "4 known of 5")
    assert many.text == "1.4 min" or many.text.endswith(("s", "min"))


def test_unknown_medians_come_last_in_both_directions() -> None:
    figures = WorkFigures((work("none", 1), work("slow", 1, (900,) * 1), work("quick", 1, tuple(range(60, 65)))))
    for order in (Order("first_reply"), Order("first_reply", is_descending=True)):
        assert work_rows(figures, "type", order).shown[0].value == "quick"
