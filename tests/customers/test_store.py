"""Lists of customers: their orders, pages, periods and search, and that each page reads little of an index."""

from datetime import timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from supportsaas.db import mongo
from supportsaas.db.paging import CursorError
from supportsaas.web.rejected import Rejected
from tenants.models import Tenant, User
from tests.builders import NOON
from tickets.customers import store as store_module
from tickets.customers import watches
from tickets.customers.ordering import OF_PERIODS, ORDERS, Order
from tickets.customers.profile import Moment, profile_of
from tickets.customers.store import CustomerFilter, CustomerStore
from tickets.customers.watches import WatchStore
from tickets.records.collection_names import CUSTOMERS

ALL = CustomerFilter()
BOTH_WAYS = (*ORDERS, *(f"-{each}" for each in ORDERS))
MANY, FEW = 800, 100
"""How many customers there are, and up to how many are sorted in these tests."""
MOMENT = Moment(now=NOON, zone=ZoneInfo("UTC"), usual_urgent=timedelta(hours=10))


def ticket(days: float, **values: Any) -> dict[str, Any]:
    at = NOON - timedelta(days=days)
    return {"created_at": at, "updated_at": at, "urgency": "low", "sentiment": "neutral", "status": "closed",
            "turns": [at], "keywords": [], **values}  # fmt: skip


def put(tenant: Tenant, customer_id: str, *tickets: dict[str, Any]) -> None:
    mongo.collection(CUSTOMERS).insert_one(profile_of(tenant.slug, customer_id, tickets, MOMENT))


def ids(tenant: Tenant, order: str = "risk", wanted: CustomerFilter = ALL, *, period: str = "") -> list[str]:
    found = CustomerStore(tenant).find_page(Order.parse(order, period=period), wanted)
    return [each.customer_id for each in found.customers]


@pytest.fixture
def three(tenant: Tenant, other_tenant: Tenant) -> Tenant:
    put(tenant, "ann", ticket(1, urgency="high", customer_name="Émile Zola", organisation="Rougon & Co"), ticket(2))
    put(tenant, "bob", *(ticket(40 + n, sentiment="negative") for n in range(5)))
    put(tenant, "cust_17", ticket(3, status="open", customer_name="Bea", keywords=["competitor"]))
    put(other_tenant, "ann", *(ticket(n, urgency="high", keywords=["competitor"]) for n in range(9)))
    return tenant


@pytest.fixture
def many(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> Tenant:
    """Only every tenth wrote within 30 days."""
    monkeypatch.setattr(store_module, "FEW", FEW)
    documents = [
        profile_of(
            tenant.slug,
            f"cust_{n}",
            [ticket(5 if n % 10 == 0 else 200 + n % 90, urgency=("high", "low")[n % 2], customer_name=f"Name {n % 7}")],
            MOMENT,
        )
        for n in range(MANY)
    ]
    mongo.collection(CUSTOMERS).insert_many(documents)
    return tenant


class TestOrders:
    @pytest.mark.parametrize(
        ("order", "expected"),
        [
            ("risk", ["cust_17", "bob", "ann"]),
            ("trend", ["cust_17", "ann", "bob"]),
            ("tickets", ["bob", "ann", "cust_17"]),
            ("negative", ["bob", "ann", "cust_17"]),
            ("high", ["ann", "bob", "cust_17"]),
            ("open", ["cust_17", "ann", "bob"]),
            ("newest", ["ann", "cust_17", "bob"]),
            ("name", ["cust_17", "bob", "ann"]),
            ("no such order", ["cust_17", "bob", "ann"]),
        ],
    )
    def test_each_header_sorts_and_its_reverse_is_the_exact_reverse(
        self, three: Tenant, order: str, expected: list[str]
    ) -> None:
        assert ids(three, order) == expected
        if order in ORDERS:
            assert ids(three, f"-{order}") == expected[::-1]

    def test_a_period_shows_those_who_wrote_in_it_and_sorts_by_its_numbers(self, three: Tenant) -> None:
        assert ids(three, "tickets", period="30d") == ["ann", "cust_17"]
        assert ids(three, "negative", period="90d") == ["bob", "ann", "cust_17"]
        page = CustomerStore(three).find_page(Order.parse("tickets", period="90d"), ALL)
        assert [each.numbers_of("90d").total for each in page.customers] == [5, 2, 1]

    def test_pages_show_each_customer_once_and_lead_back(self, many: Tenant) -> None:
        store = CustomerStore(many)
        for order, period in product(BOTH_WAYS, ("", "30d")):
            chosen = Order.parse(order, period=period)
            first = store.find_page(chosen, ALL, size=25)
            assert first.previous_cursor is None and first.next_cursor
            second = store.find_page(chosen, ALL, place=chosen.read_place(first.next_cursor), size=25)
            assert second.previous_cursor
            back = store.find_page(chosen, ALL, place=chosen.read_place(second.previous_cursor), size=25)
            assert back.customers == first.customers and back.previous_cursor is None
            both = [each.customer_id for each in (*first.customers, *second.customers)]
            assert both == [each.customer_id for each in store.find_page(chosen, ALL, size=50).customers]
            assert len(set(both)) == 50

    def test_everything_is_read_page_by_page(self, many: Tenant) -> None:
        found = [each.customer_id for each in CustomerStore(many).iterate(Order.parse("name"), ALL)]
        assert len(found) == len(set(found)) == MANY

    @pytest.mark.parametrize(
        "text", ["x", "W10", "bnVsbA", "WzAsIngiLCJhIl0", "WzAsbnVsbCwiYSJd", "WzAsMWU5OTksImEiXQ", "é"]
    )
    def test_what_is_no_cursor_is_an_error(self, text: str) -> None:
        with pytest.raises(CursorError):
            Order.parse("risk").read_place(text)

    def test_a_cursor_of_another_order_is_an_error_and_never_a_server_error(self, three: Tenant) -> None:
        store = CustomerStore(three)
        cursor = store.find_page(Order.parse("name"), ALL, size=1).next_cursor
        assert cursor
        with pytest.raises(CursorError):
            Order.parse("risk").read_place(cursor)


class TestSearch:
    @pytest.mark.parametrize(
        ("search", "expected"),
        [
            ("zola", {"ann"}),
            ("emi", {"ann"}),
            ("ÉMILE z", {"ann"}),
            ("rougon", {"ann"}),
            ("ann", {"ann"}),
            ("17", {"cust_17"}),
            ("cust_17", {"cust_17"}),
            ("b", {"bob", "cust_17"}),
            ("zola bob", set()),
            ("ola", set()),
            ("$.*", set()),
            (".*", set()),
            ("", {"ann", "bob", "cust_17"}),
        ],
    )
    def test_words_of_name_id_and_organisation_are_found_by_their_beginning(
        self, three: Tenant, search: str, expected: set[str]
    ) -> None:
        assert set(ids(three, wanted=CustomerFilter(search=search))) == expected

    def test_only_some_customers_are_found_within_a_search(self, three: Tenant) -> None:
        assert ids(three, wanted=CustomerFilter(search="b", only=("bob", "ann", "nobody"))) == ["bob"]
        assert ids(three, wanted=CustomerFilter(only=())) == []

    @pytest.mark.parametrize("name", ["<script>x</script>", "\u202eevil", "x" * 10_000, "א" * 200, "\u0000", "🙂"])
    def test_a_hostile_name_is_stored_and_sorted(self, tenant: Tenant, name: str) -> None:
        put(tenant, name, ticket(1, customer_name=name))
        put(tenant, "b", ticket(1))
        store, order = CustomerStore(tenant), Order.parse("name")
        page = store.find_page(order, ALL, size=1)
        assert page.next_cursor
        rest = store.find_page(order, ALL, place=order.read_place(page.next_cursor))
        assert {each.customer_id for each in (*page.customers, *rest.customers)} == {name, "b"}


class TestWhatIsRead:
    """Keys of an index, whatever the order, the period or the search: not all customers."""

    def test_a_page_reads_few_keys(self, many: Tenant) -> None:
        wanted = [
            *((ALL, period) for period in ("", "30d")),
            (CustomerFilter(search="nobody"), "7d"),
            (CustomerFilter(only=("cust_1", "cust_2")), ""),
            *((CustomerFilter(search=each), "") for each in ("cust_799", "name 3 79", "cust")),
        ]
        for order, (chosen, period) in product(BOTH_WAYS, wanted):
            assert _most_keys(many, Order.parse(order, period=period), chosen) <= 2 * FEW, (order, chosen, period)

    def test_each_order_has_its_index(self) -> None:
        names = set(mongo.collection(CUSTOMERS).index_information())
        assert {Order(name=each).index for each in ORDERS} <= names
        assert {
            Order(name=each, period=period).index for each in OF_PERIODS for period in ("7d", "30d", "90d")
        } <= names


def _most_keys(tenant: Tenant, order: Order, wanted: CustomerFilter) -> int:
    """The most keys or documents that any query of a page examines."""
    plan = CustomerStore(tenant)._plan(order, wanted)
    customers = mongo.collection(CUSTOMERS)
    page = customers.find(plan.match, hint=plan.index).sort(order.sort(backwards=False)).limit(51)
    count = customers.find(plan.match, {"_id": 1}, hint=plan.index).limit(FEW + 1)
    stats = [each.explain()["executionStats"] for each in (page, count)]
    return max(int(each[name]) for each in stats for name in ("totalKeysExamined", "totalDocsExamined"))


class TestWatching:
    def test_each_person_has_their_own_watched_customers(
        self, tenant: Tenant, other_tenant: Tenant, manager: User, team_mate: User
    ) -> None:
        hers = WatchStore(tenant, manager)
        for minute, each in enumerate(("ann", "bob", "ann")):
            hers.watch(each, now=NOON + timedelta(minutes=minute))
        assert hers.find_watched() == ("bob", "ann")
        assert hers.find_watched_of(["ann", "cy"]) == {"ann"}
        assert WatchStore(tenant, team_mate).find_watched() == WatchStore(other_tenant, manager).find_watched() == ()
        hers.stop("ann")
        hers.stop("ann")
        assert hers.find_watched() == ("bob",)

    def test_there_is_a_limit(self, tenant: Tenant, manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(watches, "MOST_WATCHED", 1)
        WatchStore(tenant, manager).watch("ann", now=NOON)
        with pytest.raises(Rejected, match="which is the limit"):
            WatchStore(tenant, manager).watch("bob", now=NOON)


def test_a_store_needs_a_tenant() -> None:
    with pytest.raises(ValueError, match="needs a tenant"):
        CustomerStore(None)  # type: ignore[arg-type]
