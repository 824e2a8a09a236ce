"""Ticket lists: totals, pages and choices agree with each other and with the tickets, and are read from indexes."""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supportsaas.db import mongo
from supportsaas.db.paging import END, Cursor, is_backwards
from tenants.models import Tenant
from tests.builders import NOON, delete_stored, store_tickets, store_words
from tests.command_log import logged_commands
from tests.emptying import empty_collections
from tests.rolled_up import facet_differences
from tests.store.slow_filter import lets_through, states
from tickets.records.facets import SENTIMENTS, URGENCIES, Facets
from tickets.records.statuses import STATES
from tickets.store import index_scans, query_planner
from tickets.store.facet_counts import FacetCountStore
from tickets.store.filters import TicketFilter
from tickets.store.index_scans import TICKET_ORDER
from tickets.store.ticket_queries import TicketQueries
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")

_MESSAGES = ("", "refund now, data breach", "Data is fine. Breach none", "LAWSUIT about a café", "thanks, great", "?")
_MOMENTS = [datetime(2026, 2, 27, 23, 59, tzinfo=UTC) + timedelta(hours=hours) for hours in (0, 1, 25, 49, 800, 801)]
_RECORDS = st.fixed_dictionaries(
    {
        "id": st.sampled_from([f"T-{n}" for n in range(1, 9)]),
        "status": st.sampled_from(["open", "closed", "$ne"]),
        "source": st.sampled_from(["email", "chat"]),
        "customer_id": st.sampled_from(["cust_1", "cust_22", ""]),
        "subject": st.sampled_from(["Refund", "Hello", "Cafe\u0301"]),
        "message": st.sampled_from(_MESSAGES),
        "created_at": st.sampled_from([each.isoformat() for each in _MOMENTS]),
        "assignee": st.sampled_from([None, "Ann", "$ne"]),
        "tags": st.lists(st.sampled_from(["a", "b", "=team=billing"]), max_size=3),
        "team": st.sampled_from([None, "billing", "$ne"]),
        "language": st.sampled_from([None, "de"]),
    }
)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("store"), st.lists(_RECORDS, min_size=1, max_size=6, unique_by=lambda each: str(each["id"]))),
        st.tuples(st.just("delete"), st.lists(st.sampled_from([f"T-{n}" for n in range(1, 9)]), max_size=3)),
        st.tuples(st.just("words"), st.none()),
    ),
    min_size=1,
    max_size=6,
)


def _few_of(values: Sequence[str], most: int) -> st.SearchStrategy[tuple[str, ...]]:
    """Mostly none, so that lists are not empty most of the time."""
    return st.just(()) | st.just(()) | st.lists(st.sampled_from(values), unique=True, max_size=most).map(tuple)


_FILTERS = st.builds(
    TicketFilter,
    state=st.lists(st.sampled_from(STATES), unique=True, max_size=2).map(tuple),
    status=st.lists(st.sampled_from(["open", "closed", "$ne", "gone"]), unique=True, max_size=2).map(tuple),
    urgency=st.lists(st.sampled_from(URGENCIES), unique=True, max_size=2).map(tuple),
    sentiment=st.lists(st.sampled_from(SENTIMENTS), unique=True, max_size=1).map(tuple),
    source=st.lists(st.sampled_from(["email", "chat"]), unique=True, max_size=1).map(tuple),
    team=st.lists(st.sampled_from(["billing", "$ne", "gone"]), unique=True, max_size=2).map(tuple),
    priority=st.lists(st.sampled_from(["billing"]), unique=True, max_size=1).map(tuple),
    assignee=st.lists(st.sampled_from(["Ann", "$ne", "ann"]), unique=True, max_size=2).map(tuple),
    tag=st.lists(st.sampled_from(["a", "b", "=team=billing"]), unique=True, max_size=2).map(tuple),
    language=st.lists(st.sampled_from(["de"]), unique=True, max_size=1).map(tuple),
    status_not=_few_of(["open", "closed", "$ne"], 1),
    urgency_not=_few_of(URGENCIES, 1),
    source_not=_few_of(["email", "gone"], 1),
    team_not=_few_of(["billing", "$ne"], 2),
    assignee_not=_few_of(["Ann", "$ne"], 1),
    tag_not=_few_of(["a", "=team=billing"], 1),
    customer_id_not=_few_of(["cust_1"], 1),
    requires_action=st.none() | st.booleans(),
    customer_id=st.none() | st.sampled_from(["cust_1", "cust_22"]),
    keyword=st.none() | st.sampled_from(["refund", "data"]),
    q=st.none()
    | st.sampled_from(["refund", "refun*", '"data breach"', "data breach", "CAFÉ", "cust_22", "T-1", "the"]),
    created_from=st.none() | st.sampled_from(_MOMENTS),
    created_to=st.none() | st.sampled_from(_MOMENTS),
)


_LIMITS = ("MAX_EXAMINED", "MAX_COMPARED", "MAX_COUNTED_BY_INDEX")


@pytest.mark.parametrize("most", [None, 1], ids=lambda each: f"limit {each}")
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_STEPS, st.lists(_FILTERS, min_size=4, max_size=8))
def test_pages_totals_choices_and_exports_agree_with_a_slow_count(
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
    most: int | None,
    steps: list[tuple[str, Any]],
    filters: list[TicketFilter],
) -> None:
    """Also where little may be looked at, as it is with many tickets."""
    if most is not None:
        for name in _LIMITS:
            monkeypatch.setattr(query_planner, name, most)
        monkeypatch.setattr(index_scans, "MAX_RANGES", most)
    empty_collections(but={"tenants_tenant"})
    for number, (step, given_) in enumerate(steps):
        now = NOON + timedelta(minutes=number)
        if step == "store":
            store_tickets(tenant, [{**each, "updated_at": now.isoformat()} for each in given_], now=now)
        elif step == "delete":
            delete_stored(tenant, given_, now=now)
        else:
            store_words(tenant)
    stored = list(mongo.collection("tickets").find({"tenant_id": "acme"}))
    store = TicketStore(tenant)
    assert facet_differences(store.tenant) == {}
    for wanted in filters:
        expected = [each for each in stored if lets_through(wanted, each)]
        expected.sort(key=lambda each: (each["created_at"], each["external_id"]), reverse=True)
        ids = [each["external_id"] for each in expected]
        assert [each["external_id"] for each in store.queries.iterate(wanted)] == ids
        assert list(ids_by_cursor(store, wanted, total=len(ids), is_exact=most is None)) == ids
        assert ids_by_number(store, wanted, pages=len(ids) // 2 + 1) == ids
        assert ids_backwards(store, wanted) == ids
        assert store.queries.count(wanted) == len(ids)
        for place in {0, len(ids) // 2} & set(range(len(ids))):
            near = store.queries.find_neighbours(wanted, expected[place])
            right = (ids[place - 1] if place else None, ids[place + 1] if place + 1 < len(ids) else None)
            # Where few tickets may be examined, the next one that matches may not be reached.
            found = (near.previous, near.next)
            assert all(one == other or (one is None and most) for one, other in zip(found, right, strict=True))
        choices = store.queries.count_choices(wanted)
        assert choices is not None or most is not None
        for name, counts in (choices or {}).items():
            others = [each for each in stored if lets_through(wanted_without(wanted, name), each)]
            assert counts == Counter(value for each in others for value in values_of(each, name))


def values_of(ticket: dict[str, Any], name: str) -> list[str]:
    return states(ticket) if name == "state" else [ticket[name]]


def ids_by_cursor(store: TicketStore, wanted: TicketFilter, *, total: int, is_exact: bool) -> Iterator[str]:
    cursor = None
    while True:
        page = store.queries.page_by_cursor(wanted, size=3, cursor=cursor)
        assert page.total <= total if page.is_more else page.total == total
        assert not (page.is_more and is_exact)
        yield from (each["external_id"] for each in page.tickets)
        if page.next_cursor is None:
            return
        cursor = Cursor.decode(page.next_cursor)


def ids_by_number(store: TicketStore, wanted: TicketFilter, *, pages: int) -> list[str]:
    found = [store.queries.page_by_number(wanted, size=2, number=number) for number in range(1, pages + 2)]
    assert found[-1].tickets == []
    return [each["external_id"] for page in found for each in page.tickets]


def ids_backwards(store: TicketStore, wanted: TicketFilter) -> list[str]:
    """From the last page to the first."""
    found: list[str] = []
    cursor: Cursor | None = END
    while cursor is not None:
        page = store.queries.page_by_cursor(wanted, size=3, cursor=cursor)
        assert (page.next_cursor is None) == (cursor == END or not page.tickets)
        found = [each["external_id"] for each in page.tickets] + found
        cursor = Cursor.decode(page.previous_cursor) if page.previous_cursor else None
    return found


def wanted_without(wanted: TicketFilter, name: str) -> TicketFilter:
    """Neither what the field may have, nor what it may not."""
    nothing: dict[str, Any] = {each: () for each in (name, f"{name}_not") if hasattr(wanted, each)}
    return replace(wanted, **nothing)


class TestTooManyToCount:
    @pytest.fixture(autouse=True)
    def _small_limits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(query_planner, "MAX_EXAMINED", 3)
        monkeypatch.setattr(query_planner, "MAX_COUNTED_BY_INDEX", 6)

    def test_a_large_total_is_a_lower_bound_until_the_exact_count_is_requested(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"subject": "refund", "status": "open"} for _ in range(8)])
        store_words(tenant)
        store = TicketStore(tenant)
        for wanted, most in ((TicketFilter(q="refund"), 6), (TicketFilter(q="refund", status=("open",)), 3)):
            page = store.queries.page_by_cursor(wanted, size=2)
            assert (page.total, page.is_more, page.choices) == (most, True, None)
            exact = store.queries.full_page_by_cursor(wanted, size=2)
            assert (exact.total, exact.is_more) == (8, False)
            assert store.queries.count(wanted) == 8
            assert ids_by_number(store, wanted, pages=4) == [f"T-{n}" for n in range(8, 0, -1)]

    def test_a_small_list_is_counted_exactly(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"subject": "refund", "status": "open" if n else "new"} for n in range(3)])
        store_words(tenant)
        page = TicketStore(tenant).queries.page_by_cursor(TicketFilter(q="refund", status=("open",)), size=2)
        assert (page.total, page.is_more) == (2, False)

    @pytest.mark.parametrize("narrow", [{"keyword": "refund"}, {"q": "refund"}], ids=["keyword", "search"])
    def test_a_list_is_counted_exactly_if_few_tickets_have_its_facets(
        self, tenant: Tenant, narrow: dict[str, Any]
    ) -> None:
        subjects = ["Refund"] * 6 + ["Hello"] * 2
        store_tickets(
            tenant,
            [{"subject": subject, "status": "new" if n > 4 else "open"} for n, subject in enumerate(subjects)],
        )
        store_words(tenant)
        queries = TicketStore(tenant).queries
        few = queries.page_by_cursor(TicketFilter(status=("new",), **narrow), size=2)
        assert ([each["external_id"] for each in few.tickets], few.total, few.is_more) == (["T-6"], 1, False)
        many = queries.page_by_cursor(TicketFilter(status=("open",), **narrow), size=2)
        assert (many.total, many.is_more) == (3, True)

    def test_a_page_examines_a_limited_number_of_tickets_and_its_cursor_continues_there(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(query_planner, "MAX_COMPARED", 1)
        store_tickets(tenant, [{"subject": "refund", "status": "new" if n in (0, 8) else "open"} for n in range(9)])
        store_words(tenant)
        store, wanted = TicketStore(tenant), TicketFilter(q="refund", status=("new",))
        seen: list[list[str]] = []
        cursor = None
        for examined in (3, 3, None):
            page = store.queries.page_by_cursor(wanted, size=2, cursor=cursor)
            seen.append([each["external_id"] for each in page.tickets])
            assert page.examined == examined
            cursor = Cursor.decode(page.next_cursor) if page.next_cursor else None
        assert seen == [["T-9"], [], ["T-1"]]
        assert cursor is None
        last = store.queries.page_by_cursor(wanted, size=2, cursor=END)
        assert ([each["external_id"] for each in last.tickets], last.examined) == (["T-1"], 3)
        assert last.previous_cursor is not None
        whole = store.queries.full_page_by_cursor(wanted, size=2)
        assert ([each["external_id"] for each in whole.tickets], whole.total) == (["T-9", "T-1"], 2)


class TestPeriods:
    def test_half_hour_zones_and_any_moment_count_right(self, tenant: Tenant) -> None:
        begin = datetime(2025, 12, 30, 18, 30, tzinfo=UTC)
        moments = [begin + timedelta(hours=7 * n) for n in range(200)]
        store_tickets(tenant, [{"created_at": each.isoformat()} for each in moments])
        store = TicketStore(tenant)
        for start, end in itertools.product(moments[::23], moments[::19]):
            expected = sum(start <= each < end for each in moments)
            assert store.queries.count(TicketFilter(created_from=start, created_to=end)) == expected


class TestCounts:
    def test_a_tenant_is_needed(self) -> None:
        for nobody in (None, "", "acme", Tenant()):
            with pytest.raises(ValueError):
                FacetCountStore(nobody)  # type: ignore[arg-type]
            with pytest.raises(ValueError):
                TicketQueries(nobody)  # type: ignore[arg-type]


EVERY_FIELD: dict[str, Any] = {
    "status": ("open",),
    "urgency": ("high", "low"),
    "sentiment": ("neutral",),
    "source": ("email",),
    "team": ("billing", "sales"),
    "requires_action": True,
    "customer_id": "cust_1",
    "keyword": "question",
    "q": 'question works "how does it"',
    "created_from": NOON - timedelta(days=3),
}
_FILTERS_OF_ONE_AND_TWO = [
    dict(pair) for size in (0, 1, 2) for pair in itertools.combinations(EVERY_FIELD.items(), size)
]


@pytest.mark.parametrize("given_", _FILTERS_OF_ONE_AND_TWO, ids=lambda each: "+".join(each) or "all")
def test_every_list_is_read_from_an_index_in_its_order(tenant: Tenant, given_: dict[str, Any]) -> None:
    store_tickets(
        tenant,
        [
            {"message": "How does it work, how works it", "status": status, "source": source}
            for status in ("open", "closed", "pending")
            for source in ("email", "chat", "web")
        ],
    )
    tickets = mongo.collection("tickets")
    tickets.update_many({}, {"$set": {"team": "billing"}})
    store_words(tenant)
    read = TicketStore(tenant).queries.scans_of(TicketFilter(**given_))
    assert read
    for scan in read:
        if scan.index == index_scans.WAITING_INDEX:
            continue  # what came in within the last seconds
        for cursor in (None, Cursor(NOON, "T-1"), Cursor(NOON, "T-1", backwards=True)):
            match = TICKET_ORDER.beyond(scan.match, cursor)
            order = TICKET_ORDER.sort(backwards=is_backwards(cursor))
            plan = tickets.find(match).hint(scan.index).sort(order).limit(51).explain()["queryPlanner"]["winningPlan"]
            assert {"IXSCAN"} <= set(stages_of(plan))
            assert not {"COLLSCAN", "SORT"} & set(stages_of(plan))


def test_where_the_checked_tickets_of_a_page_end_is_read_from_the_index_alone(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query_planner, "MAX_EXAMINED", 2)
    store_tickets(tenant, [{"subject": "Refund", "status": "new" if n in (0, 11) else "open"} for n in range(12)])
    store_words(tenant)
    monkeypatch.setattr(query_planner, "MAX_COMPARED", 1)
    wanted = TicketFilter(keyword="refund", status=("new", "open"))
    with logged_commands() as commands:
        queries = TicketStore(tenant).queries
        for cursor in (None, END, Cursor(datetime(2026, 3, 10, 9, tzinfo=UTC), "T-6")):
            queries.page_by_cursor(wanted, size=1, cursor=cursor)
    read = [body for name, body in commands if name == "find" and "skip" in body]
    assert len(read) == 3
    for each in read:
        command = {name: each[name] for name in ("find", "filter", "projection", "hint", "sort", "skip", "limit")}
        plan = mongo.database().command({"explain": command, "verbosity": "queryPlanner"})["queryPlanner"]
        assert "PROJECTION_COVERED" in set(stages_of(plan["winningPlan"]))


def stages_of(plan: Any) -> Iterator[str]:
    if isinstance(plan, dict):
        if isinstance(plan.get("stage"), str):
            yield plan["stage"]
        for value in plan.values():
            yield from stages_of(value)
    elif isinstance(plan, list):
        for value in plan:
            yield from stages_of(value)


def test_totals_without_a_search_read_no_tickets(tenant: Tenant) -> None:
    store_tickets(tenant, [{"created_at": (NOON - timedelta(days=n)).isoformat()} for n in range(5)])
    midnight = NOON.replace(hour=0)
    with logged_commands() as commands:
        counts = FacetCountStore(tenant).find_counts(midnight - timedelta(days=3), midnight)
    assert counts.total() == 3
    read = {body[name] for name, body in commands if name in ("find", "aggregate", "count")}
    assert read == {"rollup_state", "rollup_numbers"}


def test_many_states_are_read_in_several_ranges_none_of_them_sorted(tenant: Tenant) -> None:
    store_tickets(tenant, [{"status": f"s{n:03}", "source": f"c{n % 7}"} for n in range(60)])
    store = TicketStore(tenant)
    wanted = TicketFilter(urgency=("low",))
    read = store.queries.scans_of(wanted)
    assert len(read) > 1
    seen = [Facets.of(each) for scan in read for each in mongo.collection("tickets").find(scan.match)]
    assert len(seen) == 60
    assert ids_by_number(store, wanted, pages=30) == sorted((f"T-{n}" for n in range(1, 61)), reverse=True)


class TestTheCommand:
    def test_verify_search_reports_missing_tickets_and_repairs_them(
        self, tenant: Tenant, capsys: pytest.CaptureFixture[str]
    ) -> None:
        store_tickets(tenant, [{"subject": "Refund"}, {"subject": "Refund"}])
        store_words(tenant)
        call_command("verify_search")
        assert "All tickets are searchable" in capsys.readouterr().out
        mongo.collection("tickets").update_one({"external_id": "T-1"}, {"$unset": {"words": ""}})
        with pytest.raises(CommandError, match="--repair"):
            call_command("verify_search", "--tenant", "acme")
        assert "1 tickets are missing from search" in capsys.readouterr().out
        call_command("verify_search", "--repair")
        store_words(tenant)
        assert TicketStore(tenant).queries.count(TicketFilter(q="refund", status=("open",))) == 2
        call_command("verify_search")

    def test_the_search_index_can_be_rebuilt(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{}, {}])
        store_words(tenant)
        call_command("verify_search", "--repair", "--new-words")
        assert store_words(tenant) == 2

    def test_an_unknown_tenant_is_a_usage_error(self, tenant: Tenant) -> None:
        with pytest.raises(CommandError) as caught:
            call_command("verify_search", "--tenant", "nobody")
        assert caught.value.returncode == 2
