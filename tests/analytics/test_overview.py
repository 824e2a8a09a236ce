"""The overview: the numbers and the state of each of my tenants, and of no other."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from analytics.overview import TenantNumbers, overview_parts, tenant_numbers
from supportsaas import clock as time_source
from supportsaas.db import mongo
from tenants.models import Membership, Role, Tenant, User
from tests.builders import NOON, connect_source, delete_stored, finished_job, store_tickets
from tests.reading_pages import text_of
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.ingestion.schedule import follow_sources
from tickets.jobs import JobRequest
from tickets.records.period import Period
from tickets.records.periods import preset
from tickets.rollups.view import rollup_views

UTC_ZONE = ZoneInfo("UTC")
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
        rows = {row.tenant.slug: row for row in tenant_numbers([third, tenant, other_tenant], now=NOON)}
        assert list(rows) == ["initech", "acme", "globex"]
        acme = rows["acme"]
        assert (acme.week, acme.open, acme.high_day, acme.high_week, acme.negative_week) == (3, 3, 1, 2, 1)
        assert acme.newest == datetime(2026, 3, 10, 9, tzinfo=UTC)
        assert acme.negative_ratio == pytest.approx(1 / 3)
        assert (rows["globex"].open, rows["globex"].newest) == (0, datetime(2025, 1, 1, tzinfo=UTC))
        assert (rows["initech"].open, rows["initech"].newest, rows["initech"].negative_ratio) == (0, None, None)

    def test_each_tenant_has_its_own_days(self, tenant: Tenant, other_tenant: Tenant) -> None:
        """Midnight of the first of the 7 days is another moment in each zone."""
        tenant.timezone, other_tenant.timezone = "Asia/Kolkata", "America/Havana"
        moments = ["2026-03-03T18:29:59Z", "2026-03-03T18:30:00Z", "2026-03-04T04:59:59Z", "2026-03-04T05:00:00Z"]
        for each in (tenant, other_tenant):
            each.save()
            store_tickets(each, [{"created_at": moment} for moment in moments])
        kolkata, havana = tenant_numbers([tenant, other_tenant], now=NOON)
        assert (kolkata.week, havana.week) == (3, 1)
        assert kolkata.week_period.start == datetime(2026, 3, 3, 18, 30, tzinfo=UTC)
        assert kolkata.day_period == Period(NOON - timedelta(hours=23, minutes=30), NOON + timedelta(minutes=30))

    @pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "Australia/Lord_Howe"])
    def test_the_overview_from_roll_ups_equals_the_overview_from_tickets(
        self, tenant: Tenant, other_tenant: Tenant, zone: str
    ) -> None:
        Tenant.objects.filter(pk=tenant.pk).update(timezone=zone)
        tenant.timezone = zone
        third = Tenant.objects.create(slug="initech", name="Initech")  # not rolled up
        messages = ("We will file a lawsuit", "This is terrible", "How does it work")
        for each in (tenant, other_tenant, third):
            records = [
                {
                    "message": messages[n % 3],
                    "status": ("open", "closed", "Waiting")[n % 5 % 3],
                    "source": ("email", "chat")[n % 2],
                    "created_at": (NOON - timedelta(hours=n * n * 0.7, minutes=n * 7)).isoformat(),
                }
                for n in range(-1, 90)
            ]
            delete_stored(each, store_tickets(each, records)[::9])
        mongo.collection("rollup_state").delete_one({"_id": third.slug})
        tenants = [tenant, other_tenant, third]
        counted = tenant_numbers(tenants, now=NOON, use_rollups=False)
        assert all(row.open and row.week and row.high_day and row.newest for row in counted)
        assert tenant_numbers(tenants, now=NOON) == counted

    def test_the_overview_reads_roll_ups_and_no_tickets(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"created_at": (NOON - timedelta(hours=n * 11)).isoformat()} for n in range(60)])
        with rollup_views([tenant], now=NOON) as views:
            parts = overview_parts(views, now=NOON)
        assert [each.collection for each in parts].count("tickets") == 1  # the newest date, one key a tenant
        assert {each.collection for each in parts} == {"tickets", "rollup_numbers"}

    def test_every_read_of_the_overview_names_its_tenants_and_uses_an_index(
        self, tenant: Tenant, other_tenant: Tenant
    ) -> None:
        for each in (tenant, other_tenant):
            store_tickets(each, [{"created_at": (NOON - timedelta(hours=n * 11)).isoformat()} for n in range(60)])
        with rollup_views([tenant, other_tenant], now=NOON) as views:  # one of them is not rolled up
            parts = overview_parts(views, now=NOON)
        for part in parts:
            assert "tenant_id" in str(part.match)
            plan = mongo.database().command(
                {
                    "explain": {"aggregate": part.collection, "pipeline": part.pipeline, "cursor": {}},
                    "verbosity": "queryPlanner",
                }
            )
            assert "COLLSCAN" not in str(plan)
            assert "'stage': 'SORT'" not in str(plan)

    def test_the_overview_of_no_tenants_has_no_rows(self) -> None:
        assert tenant_numbers([], now=NOON) == []


class TestRisk:
    def risk(self, *, week: int, high: int, negative: int) -> int:
        numbers = TenantNumbers(
            tenant=Tenant(slug="acme"),
            week_period=preset("7d", zone=UTC_ZONE, now=NOON),
            day_period=preset("24h", zone=UTC_ZONE, now=NOON),
            week=week,
            high_week=high,
            negative_week=negative,
        )
        return numbers.risk

    def test_risk_is_points_per_100_tickets(self) -> None:
        assert self.risk(week=200, high=20, negative=10) == 3 * 10 + 2 * 5
        assert self.risk(week=1_000_000, high=100_000, negative=50_000) == 40

    def test_a_single_angry_ticket_does_not_rank_first(self) -> None:
        assert self.risk(week=1, high=1, negative=1) == 50
        assert self.risk(week=0, high=0, negative=0) == 0

    def test_more_urgent_or_negative_tickets_never_lower_the_risk(self) -> None:
        assert self.risk(week=50, high=4, negative=3) < self.risk(week=50, high=5, negative=3)
        assert self.risk(week=50, high=4, negative=3) < self.risk(week=50, high=4, negative=4)


class TestPage:
    def names(self, client: Client, address: str = "/") -> list[str]:
        return [row.numbers.tenant.name for row in client.get(address).context["rows"]]

    @pytest.fixture
    def many(self, tenant: Tenant, team_mate: User) -> Iterator[Client]:
        for n in range(9):
            other = Tenant.objects.create(slug=f"t{n}", name=f"Tenant {n}")
            Membership.objects.create(user=team_mate, tenant=other, role=Role.VIEWER)
            store_tickets(other, [{"created_at": "2026-03-10T08:00:00Z"}] * n, now=NOON)
        for empty in (tenant, Tenant.objects.get(slug="t0")):
            finished_job(empty, now=NOON - timedelta(hours=1))  # it was read, and there was nothing
        client = Client()
        client.force_login(team_mate)
        yield client

    def test_the_overview_shows_only_the_users_tenants(
        self, tenant: Tenant, other_tenant: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        response = client_of(team_mate).get("/")
        assert [row.numbers.tenant.slug for row in response.context["rows"]] == ["acme"]
        assert "globex" not in response.content.decode().lower()

    def test_the_overview_is_sorted_as_the_url_says(self, many: Client) -> None:
        assert self.names(many, "/?sort=name")[:2] == ["Acme", "Tenant 0"]
        assert self.names(many, "/?sort=tickets")[:2] == ["Tenant 8", "Tenant 7"]
        assert self.names(many, "/?sort=nonsense") == self.names(many) == self.names(many, "/?sort=state")

    def test_the_riskiest_comes_first_and_its_score_is_explained(self, many: Client) -> None:
        small = Tenant.objects.get(slug="t3")
        store_tickets(small, [{"id": f"X-{n}", "message": "We will file a lawsuit"} for n in range(9)])
        response = many.get("/")
        first = response.context["rows"][0]
        assert first.numbers.tenant == small
        assert "Risk score 225: 3 × 9 high + 2 × 0 negative of 12 tickets, per 100" in first.state_title
        assert first.numbers.risk == 225
        assert "3 points per high-urgency and 2 per negative ticket" in response.content.decode()

    @pytest.mark.parametrize(
        "order", ["state", "name", "open", "due", "day", "week", "negative", "tickets", "freshness"]
    )
    def test_a_tenant_without_data_comes_first_in_every_order_and_shows_no_zeros(
        self, order: str, many: Client, team_mate: User
    ) -> None:
        for slug, name in (("zz", "Zeta"), ("aa", "Alpha")):
            lost = Tenant.objects.create(slug=slug, name=name)
            Membership.objects.create(user=team_mate, tenant=lost, role=Role.ADMIN)
        Source.objects.create(tenant=lost, url="https://help.example.com")
        finished_job(lost, status="failed", now=NOON, error={"code": "unreachable", "message": "It refused."})
        html = many.get(f"/?sort={order}").content.decode()
        assert self.names(many, f"/?sort={order}")[:2] == ["Alpha", "Zeta"]
        unknown = html.split('<tbody class="unknown">')[1].split("</tbody>")[0]
        assert ">0<" not in unknown and unknown.count(">–<") == 12
        said = text_of(unknown)
        assert (
            "Connect a helpdesk to see its tickets." in said
            and "Every sync so far has failed." in said
            and "It refused." in said
        )
        assert 'href="/t/zz/settings/source/new/"' in unknown
        assert 'href="/t/aa/settings/source/"' in unknown

    @pytest.mark.parametrize(
        ("role", "button", "page"),
        [(Role.ADMIN, "Connect a helpdesk", "settings/source/new"), (Role.VIEWER, "See details", "ingestion")],
    )
    def test_the_button_of_a_tenant_without_data_leads_where_the_user_may_go(
        self, role: Role, button: str, page: str, tenant: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        Membership.objects.filter(user=team_mate).update(role=role)
        html = client_of(team_mate).get("/").content.decode()
        assert f'<a class="button small" href="/t/acme/{page}/">{button}' in html

    @pytest.mark.parametrize(
        ("source", "run", "reason", "button"),
        [
            (None, None, "Connect a helpdesk to see its tickets.", "Connect a helpdesk"),
            ({"enabled": True}, None, "Not synced yet.", "Run the first sync"),
            ({"enabled": False}, None, "The helpdesk connection is off.", "Check the connection"),
            ({"enabled": True}, "failed", "Every sync so far has failed.", "Check the connection"),
            ({"enabled": True}, "queued", "The first sync is not finished.", "View progress"),
        ],
    )
    def test_a_tenant_without_data_shows_the_reason_and_what_to_do(
        self, source: dict[str, bool] | None, run: str | None, reason: str, button: str, tenant: Tenant,
        team_mate: User, client_of: ClientOf,
    ) -> None:  # fmt: skip
        Membership.objects.filter(user=team_mate).update(role=Role.ADMIN)
        if source is not None:
            Source.objects.create(tenant=tenant, url="https://help.example.com", **source)
        if run == "failed":
            finished_job(tenant, status="failed", now=NOON, error={"code": "x", "message": "Away."})
        if run == "queued":
            jobs.enqueue(tenant, JobRequest(trigger="web", started_by="x"))
        said = text_of(client_of(team_mate).get("/").content.decode())
        assert reason in said and button in said

    def test_a_tenant_with_imported_tickets_or_an_empty_helpdesk_has_numbers(self, many: Client) -> None:
        assert 'class="unknown"' not in many.get("/").content.decode()

    def test_a_tenant_whose_sync_fails_comes_before_risky_ones(self, many: Client) -> None:
        finished_job(Tenant.objects.get(slug="t2"), now=NOON - timedelta(hours=3))
        finished_job(Tenant.objects.get(slug="t2"), status="failed", now=NOON, error={"code": "x", "message": "Away."})
        assert self.names(many)[0] == "Tenant 2"
        assert self.names(many, "/?sort=name")[0] == "Acme"

    def test_sorted_by_freshness_the_most_overdue_tenant_comes_first(self, many: Client) -> None:
        for slug, hours in (("t1", 30), ("t2", 90), ("t4", 1)):
            tenant = Tenant.objects.get(slug=slug)
            connect_source(tenant, every_minutes=1440)
            finished_job(tenant, now=NOON - timedelta(hours=hours))
        assert self.names(many, "/?sort=freshness")[:3] == ["Tenant 2", "Tenant 1", "Tenant 4"]

    def test_many_tenants_are_paged_in_the_chosen_order(self, many: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("analytics.views.overview.PAGE_SIZE", 4)
        every = [self.names(many, f"/?sort=tickets&page={page}") for page in (1, 2, 3)]
        assert [len(each) for each in every] == [4, 4, 2]
        assert [name for page in every for name in page][:3] == ["Tenant 8", "Tenant 7", "Tenant 6"]
        assert len({name for page in every for name in page}) == 10
        response = many.get("/?sort=tickets&page=2")
        assert "Tenants 5–8 of 10" in response.content.decode()
        assert (response.context["previous_query"], response.context["next_query"]) == (
            "sort=tickets",
            "sort=tickets&page=3",
        )
        assert self.names(many, "/?sort=tickets&page=99") == every[2]

    def test_the_overview_finds_a_tenant_by_part_of_its_name(self, many: Client) -> None:
        assert self.names(many, "/?q=ANT+3") == ["Tenant 3"]
        assert "No tenants match" in many.get("/?q=zzz").content.decode()

    @pytest.mark.parametrize(
        ("status", "words"), [("completed", "Synced"), ("failed", "Failed"), ("cancelled", "Cancelled")]
    )
    def test_the_overview_shows_how_the_last_run_ended(
        self, tenant: Tenant, team_mate: User, client_of: ClientOf, status: jobs.Status, words: str
    ) -> None:
        finished_job(tenant, status=status, now=NOON - timedelta(hours=1))
        assert words in client_of(team_mate).get("/").content.decode()

    @pytest.mark.parametrize(
        ("hours", "state", "words"),
        [(1, "fresh", "1 h"), (30, "late", "1 d late"), (50, "error", "2 d out of date")],
    )
    def test_the_overview_shows_freshness_by_the_schedule(
        self, tenant: Tenant, team_mate: User, client_of: ClientOf, hours: int, state: str, words: str
    ) -> None:
        connect_source(tenant, every_minutes=1440)
        finished_job(tenant, now=NOON - timedelta(hours=hours))
        html = client_of(team_mate).get("/").content.decode()
        cell = html.split('data-label="Data as of">')[1].split("</td>")[0]
        assert f'class="badge freshness-{state}"' in cell
        assert text_of(cell).replace("\N{NARROW NO-BREAK SPACE}", " ").split() == words.split()

    def test_without_a_schedule_nothing_is_late(self, tenant: Tenant, team_mate: User, client_of: ClientOf) -> None:
        Source.objects.create(tenant=tenant, url="https://help.example.com")
        finished_job(tenant, now=NOON - timedelta(days=90))
        assert "freshness-" not in client_of(team_mate).get("/").content.decode()

    def test_failures_in_a_row_are_shown_with_the_next_attempt(
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

    def test_the_overview_names_tenants_without_a_source_or_a_run(
        self, tenant: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        client = client_of(team_mate)
        assert "No helpdesk connected" in client.get("/").content.decode()
        Source.objects.create(tenant=tenant, url="https://help.example.com")
        assert "Never synced" in client.get("/").content.decode()

    def test_a_user_without_tenants_sees_what_to_do(self, db: None, client_of: ClientOf) -> None:
        nobody = User.objects.create_user("nobody", password="x")
        html = client_of(nobody).get("/").content.decode()
        assert "Ask an admin to add" in html
        root = User.objects.create_superuser("root", password="x")
        assert "Create your first tenant" in client_of(root).get("/").content.decode()

    def test_the_overview_requires_signing_in(self, db: None) -> None:
        assert Client().get("/").status_code == 302
