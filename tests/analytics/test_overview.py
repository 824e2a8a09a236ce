"""The overview: the numbers and the state of each of my tenants, and of no other."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from analytics.overview import overview_rows
from supportsaas import clock as time_source
from tenants.models import Membership, Role, Source, Tenant, User
from tests.builders import NOON, finished_job, store_tickets
from tests.reading_pages import text_of
from tickets import jobs
from tickets.schedule import follow_sources

ClientOf = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_source, "now", lambda: NOON)


class TestNumbers:
    def test_each_tenant_has_its_own_numbers(self, tenant: Tenant, other_tenant: Tenant) -> None:
        store_tickets(
            tenant,
            [
                {"message": "We will file a lawsuit", "created_at": "2026-03-10T09:00:00Z"},
                {"message": "We will file a lawsuit", "created_at": "2026-03-06T09:00:00Z"},
                {"message": "This is terrible", "created_at": "2026-03-06T09:00:00Z", "status": "closed"},
                {"message": "How does it work", "created_at": "2025-03-06T09:00:00Z"},
            ],
        )
        store_tickets(other_tenant, [{"status": "closed", "created_at": "2025-01-01T00:00:00Z"}])
        third = Tenant.objects.create(slug="initech", name="Initech")
        rows = {row.tenant.slug: row for row in overview_rows([third, tenant, other_tenant], now=NOON)}
        assert list(rows) == ["initech", "acme", "globex"]
        acme = rows["acme"]
        assert (acme.week, acme.open, acme.high_day, acme.high_week, acme.negative_week) == (3, 3, 1, 2, 1)
        assert acme.newest == datetime(2026, 3, 10, 9, tzinfo=UTC)
        assert acme.negative_ratio == pytest.approx(1 / 3)
        assert (rows["globex"].open, rows["globex"].newest) == (0, datetime(2025, 1, 1, tzinfo=UTC))
        assert (rows["initech"].open, rows["initech"].newest, rows["initech"].negative_ratio) == (0, None, None)

    def test_knows_the_last_run_and_how_fresh_the_data_is(self, tenant: Tenant, other_tenant: Tenant) -> None:
        finished_job(tenant, status="partial", now=NOON)
        bad = finished_job(tenant, status="failed", now=NOON + timedelta(hours=1))
        row, other = overview_rows([tenant, other_tenant], now=NOON)
        assert row.last_run is not None
        assert (row.last_run["_id"], row.freshness.as_of, row.freshness.failures) == (bad, NOON, 1)
        assert (other.last_run, other.freshness.as_of) == (None, None)

    def test_no_tenants_have_no_rows(self) -> None:
        assert overview_rows([], now=NOON) == []


class TestPage:
    def names(self, client: Client, address: str = "/") -> list[str]:
        return [row.numbers.tenant.name for row in client.get(address).context["rows"]]

    @pytest.fixture
    def many(self, tenant: Tenant, team_mate: User) -> Iterator[Client]:
        for n in range(9):
            other = Tenant.objects.create(slug=f"t{n}", name=f"Tenant {n}")
            Membership.objects.create(user=team_mate, tenant=other, role=Role.VIEWER)
            store_tickets(other, [{"created_at": "2026-03-10T08:00:00Z"}] * n, now=NOON)
        client = Client()
        client.force_login(team_mate)
        yield client

    def test_shows_my_tenants_and_no_others(
        self, tenant: Tenant, other_tenant: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        response = client_of(team_mate).get("/")
        assert [row.numbers.tenant.slug for row in response.context["rows"]] == ["acme"]
        assert "globex" not in response.content.decode().lower()

    def test_is_sorted_as_the_address_says(self, many: Client) -> None:
        assert self.names(many, "/?sort=name")[:2] == ["Acme", "Tenant 0"]
        assert self.names(many, "/?sort=tickets")[:2] == ["Tenant 8", "Tenant 7"]
        assert self.names(many, "/?sort=nonsense") == self.names(many)

    def test_finds_a_tenant_by_a_part_of_its_name(self, many: Client) -> None:
        assert self.names(many, "/?q=ANT+3") == ["Tenant 3"]
        assert "No tenant is called" in many.get("/?q=zzz").content.decode()

    @pytest.mark.parametrize(
        ("status", "words"), [("completed", "Synced"), ("failed", "Failed"), ("cancelled", "Cancelled")]
    )
    def test_says_how_the_last_run_ended(
        self, tenant: Tenant, team_mate: User, client_of: ClientOf, status: jobs.Status, words: str
    ) -> None:
        finished_job(tenant, status=status, now=NOON - timedelta(hours=1))
        assert words in client_of(team_mate).get("/").content.decode()

    @pytest.mark.parametrize(
        ("hours", "state", "words"),
        [(1, "fresh", "1 h"), (30, "late", "1 d late"), (50, "error", "2 d out of date")],
    )
    def test_says_how_fresh_the_numbers_are_by_the_schedule(
        self, tenant: Tenant, team_mate: User, client_of: ClientOf, hours: int, state: str, words: str
    ) -> None:
        Source.objects.create(tenant=tenant, url="https://help.example.com", every_minutes=1440)
        finished_job(tenant, now=NOON - timedelta(hours=hours))
        html = client_of(team_mate).get("/").content.decode()
        cell = html.split('data-label="Data as of">')[1].split("</td>")[0]
        assert f'class="badge freshness-{state}"' in cell
        assert text_of(cell).replace("\N{NARROW NO-BREAK SPACE}", " ").split() == words.split()

    def test_without_a_schedule_nothing_is_late(self, tenant: Tenant, team_mate: User, client_of: ClientOf) -> None:
        Source.objects.create(tenant=tenant, url="https://help.example.com")
        finished_job(tenant, now=NOON - timedelta(days=90))
        assert "freshness-" not in client_of(team_mate).get("/").content.decode()

    def test_failures_in_a_row_are_told_with_the_next_try(
        self, tenant: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        source = Source.objects.create(tenant=tenant, url="https://help.example.com")
        for hours in (9, 8, 6, 2):
            error = {"code": "unreachable", "message": "The helpdesk is away."}
            finished_job(tenant, status="failed", now=NOON - timedelta(hours=hours), error=error)
        assert "in a row, next try" not in client_of(team_mate).get("/").content.decode()
        Source.objects.filter(pk=source.pk).update(every_minutes=60)
        follow_sources(clock=lambda: NOON)
        text = text_of(client_of(team_mate).get("/").content.decode())
        assert "Failed 4 times in a row, next try in 5 hours. The helpdesk is away." in text

    def test_a_tenant_without_a_source_or_a_run_says_so(
        self, tenant: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        client = client_of(team_mate)
        assert "No helpdesk connected" in client.get("/").content.decode()
        Source.objects.create(tenant=tenant, url="https://help.example.com")
        assert "Never run" in client.get("/").content.decode()

    def test_somebody_without_a_tenant_learns_what_to_do(self, db: None, client_of: ClientOf) -> None:
        nobody = User.objects.create_user("nobody", password="x")
        html = client_of(nobody).get("/").content.decode()
        assert "Ask an admin to add" in html
        root = User.objects.create_superuser("root", password="x")
        assert "Create a tenant" in client_of(root).get("/").content.decode()

    def test_needs_somebody_logged_in(self, db: None) -> None:
        assert Client().get("/").status_code == 302
