"""What is urgent and open in all tenants that somebody may see."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from supportsaas.db import mongo
from supportsaas.db.indexes import CLOSED_STATUSES
from tenants.models import Membership, Role, Tenant, User
from tests.builders import NOON, delete_stored, store_tickets
from tests.command_log import logged_commands
from tests.insights.made import URGENT, iso
from tests.rolled_up import forget_rollups
from tickets.records.collection_names import TICKETS
from tickets.records.statuses import is_open
from tickets.store.index_scans import URGENT_INDEX
from tickets.store.urgent_open import Place, find_urgent

ClientOf = Callable[[User], Client]
STATUSES = ("open", "closed", "Waiting", "Solved", "in_progress", "DONE")


def urgent_records(count: int, *, prefix: str = "U") -> list[dict[str, Any]]:
    """An hour apart, in turn with each status."""
    return [
        {
            "id": f"{prefix}-{n:03}",
            "message": URGENT,
            "status": STATUSES[n % len(STATUSES)],
            "created_at": iso(NOON - timedelta(hours=count - n)),
        }
        for n in range(count)
    ]


@pytest.fixture
def two(tenant: Tenant, other_tenant: Tenant) -> list[Tenant]:
    store_tickets(tenant, urgent_records(30, prefix="A"))
    store_tickets(other_tenant, urgent_records(30, prefix="B"))
    store_tickets(tenant, [{"id": f"calm-{n}"} for n in range(5)])
    return [tenant, other_tenant]


def ids(found: list[dict[str, Any]]) -> list[str]:
    return [each["external_id"] for each in found]


def expected(*prefixes: str) -> list[str]:
    of_places = [n for n in range(30) if is_open(STATUSES[n % len(STATUSES)])]
    return [f"{prefix}-{n:03}" for n in of_places for prefix in prefixes]


class TestFinding:
    def test_they_are_those_that_are_urgent_and_open_the_oldest_first(self, two: list[Tenant]) -> None:
        assert ids(find_urgent(two, limit=100)) == expected("A", "B")
        assert ids(find_urgent(two, limit=5)) == expected("A", "B")[:5]
        assert ids(find_urgent(two, limit=100, oldest_first=False)) == expected("A", "B")[::-1]

    def test_of_no_other_tenant(self, two: list[Tenant]) -> None:
        assert ids(find_urgent(two[:1], limit=100)) == expected("A")
        assert find_urgent([], limit=100) == []

    def test_deleted_ones_are_gone(self, two: list[Tenant]) -> None:
        delete_stored(two[0], ["A-000"])
        assert ids(find_urgent(two, limit=100)) == expected("A", "B")[1:]

    @pytest.mark.parametrize("oldest_first", [True, False])
    def test_pages_follow_each_other_without_a_gap(self, two: list[Tenant], oldest_first: bool) -> None:
        store_tickets(two[1], [{"id": "A-000", "message": URGENT, "created_at": iso(NOON - timedelta(hours=30))}])
        whole = ids(find_urgent(two, limit=100, oldest_first=oldest_first))
        found: list[str] = []
        after = None
        while page := find_urgent(two, limit=3, oldest_first=oldest_first, after=after):
            found += ids(page)
            after = Place(page[-1]["created_at"], page[-1]["external_id"], page[-1]["tenant_id"])
        assert found == whole and len(whole) == 31 * 2 - 1 - 2 * 15 + 0

    def test_without_rollups_they_are_the_same(self, two: list[Tenant]) -> None:
        forget_rollups()
        assert ids(find_urgent(two, limit=100)) == expected("A", "B")

    def test_a_page_reads_what_it_shows(self, tenant: Tenant, other_tenant: Tenant) -> None:
        for each in (tenant, other_tenant):
            store_tickets(each, urgent_records(120))
        with logged_commands() as log:
            assert len(find_urgent([tenant, other_tenant], limit=6)) == 6
        commands = [each for _, each in log if each.get("find") == TICKETS]
        assert len(commands) == 2  # “Waiting” lies in another range than “in_progress” and “open”
        for command in commands:
            explained = mongo.database().command(
                {
                    "explain": {
                        **{name: command[name] for name in ("find", "filter", "sort", "hint", "projection")},
                        "limit": command["batchSize"],
                    },
                    "verbosity": "executionStats",
                }
            )
            stats = explained["executionStats"]
            plan = str(explained["queryPlanner"]["winningPlan"])
            assert URGENT_INDEX in plan and "SORT_MERGE" in plan and "'SORT'" not in plan
            assert stats["totalDocsExamined"] <= 24 and stats["nReturned"] <= 7

    def test_the_index_knows_every_spelling_of_a_closed_status(self) -> None:
        from tickets.records import statuses

        assert tuple(sorted(statuses.NOT_CLOSED["$nin"])) == CLOSED_STATUSES


class TestPages:
    @pytest.fixture
    def both(self, two: list[Tenant], team_mate: User, client_of: ClientOf) -> Client:
        Membership.objects.create(user=team_mate, tenant=two[1], role=Role.VIEWER)
        return client_of(team_mate)

    def test_the_overview_shows_the_oldest_and_links_to_all(self, both: Client) -> None:
        response = both.get("/")
        assert [row.ticket["external_id"] for row in response.context["urgent"]] == expected("A", "B")[:12]
        html = response.content.decode()
        assert 'href="/urgent/"' in html and "lawsuit" in html

    def test_the_page_shows_only_what_the_user_may_see(
        self, two: list[Tenant], team_mate: User, client_of: ClientOf
    ) -> None:
        html = client_of(team_mate).get("/urgent/").content.decode()
        assert set(re.findall(r"/t/(\w+)/tickets/", html)) == {"acme"} and "Globex" not in html

    def test_pages_go_on_to_the_end(self, both: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("analytics.views.urgent.PAGE_SIZE", 7)
        found: list[str] = []
        query = ""
        for _ in range(20):
            response = both.get(f"/urgent/?{query}")
            found += [row.ticket["external_id"] for row in response.context["urgent"]]
            query = response.context["next_query"]
            if not query:
                break
        assert found == expected("A", "B")
        newest = both.get("/urgent/?order=newest").context["urgent"]
        assert newest[0].ticket["external_id"] == expected("A", "B")[-1]

    def test_a_changed_address_shows_the_first_page(self, both: Client) -> None:
        for query in (
            "after=x&ticket=y&tenant=z",
            "after=2026-01-01T00:00:00Z",
            "ticket=%00&tenant=a&after=2026-01-01",
        ):
            assert both.get(f"/urgent/?{query}").context["is_first_page"]

    def test_nothing_urgent_says_so(self, tenant: Tenant, team_mate: User, client_of: ClientOf) -> None:
        assert "Nothing urgent is open" in client_of(team_mate).get("/urgent/").content.decode()

    def test_the_name_of_the_customer_is_shown_and_escaped(
        self, tenant: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        named = {"message": URGENT, "customer_name": "Ann & Co", "created_at": iso(datetime(2026, 3, 1, tzinfo=UTC))}
        store_tickets(tenant, [named])
        html = client_of(team_mate).get("/urgent/").content.decode()
        assert "<bdi>Ann &amp; Co</bdi>" in html
