"""The JSON API: every call, its shape, and what it says to wrong input."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import ApiToken, Role, Tenant, User
from tests.api.caller import Api, token_of
from tests.builders import connect_source, delete_stored, finished_job, record, store_tickets
from tests.helpdesk import ScriptedHelpdesk, answer
from tests.working import running_worker
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.ingestion.connecting import save_source
from tickets.ingestion.worker import Worker
from tickets.jobs import JobRequest

TICKET = {
    "id", "external_id", "tenant_id", "source", "customer_id", "subject", "message", "status", "urgency",
    "sentiment", "requires_action", "keywords", "created_at", "updated_at", "resolved_at",
    "assignee", "team", "priority", "type", "tags", "organisation", "customer_name", "url", "first_reply_at", "due_at",
    "replies", "rating", "language", "extra", "clocks", "waiting_for", "waiting_since", "next_due_at",
}  # fmt: skip


@pytest.fixture
def api(owner: User) -> Api:
    return Api(token_of(owner))


@pytest.fixture
def worker() -> Iterator[Worker]:
    """A worker in a thread of this process, ended with the test."""
    with running_worker(concurrency=2) as running:
        yield running


class TestAuthentication:
    @pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Bearer "}])
    def test_without_a_token_it_is_401(self, tenant: Tenant, headers: dict[str, str]) -> None:
        assert Client(headers=headers).get("/tickets?tenant_id=acme").status_code == 401

    def test_an_expired_or_revoked_token_is_401(self, owner: User) -> None:
        for change in ({"expires_at": clock.now() - timedelta(seconds=1)}, {"revoked_at": clock.now()}):
            text = token_of(owner)
            ApiToken.objects.filter(digest=ApiToken.digest_of(text)).update(**change)
            assert Api(text).call("GET", "/tickets", tenant_id="acme")[0] == 401

    def test_the_token_of_a_user_who_left_is_401(self, owner: User) -> None:
        text = token_of(owner)
        User.objects.filter(pk=owner.pk).update(is_active=False)
        assert Api(text).call("GET", "/tickets", tenant_id="acme")[0] == 401

    def test_a_token_for_one_tenant_opens_no_other(self, owner: User, other_tenant: Tenant, superuser: User) -> None:
        scoped = Api(token_of(superuser, tenant=other_tenant))
        assert scoped.call("GET", "/tickets", tenant_id="globex")[0] == 200
        assert scoped.call("GET", "/tickets", tenant_id="acme")[0] == 404

    def test_a_token_never_allows_more_than_its_role_or_its_user(self, owner: User, team_mate: User) -> None:
        assert Api(token_of(owner, role=Role.VIEWER)).call("POST", "/ingest/run", tenant_id="acme")[0] == 403
        assert Api(token_of(team_mate, role=Role.ADMIN)).call("POST", "/ingest/run", tenant_id="acme")[0] == 403

    def test_a_login_session_works_too_and_needs_csrf_to_change_something(self, owner: User) -> None:
        person = Client(enforce_csrf_checks=True)
        person.force_login(owner)
        assert person.get("/tickets?tenant_id=acme").status_code == 200
        assert person.post("/ingest/run?tenant_id=acme&wait=0").status_code == 403
        page = person.get("/t/acme/ingestion/").content.decode()
        token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        posted = person.post("/ingest/run?tenant_id=acme&wait=0", headers={"X-CSRFToken": token})
        assert posted.status_code == 202

    def test_only_the_hash_of_a_token_is_stored(self, owner: User) -> None:
        token, text = ApiToken.issue(name="x", user=owner, tenant=None, role=Role.VIEWER)
        assert text not in str(ApiToken.objects.filter(pk=token.pk).values())


class TestTickets:
    def test_a_list_has_the_fixed_shape(self, api: Api, tenant: Tenant) -> None:
        store_tickets(tenant, [{"id": "T-1", "message": "We will file a lawsuit"}])
        body = api.get("/tickets", tenant_id="acme")
        assert set(body) == {"tickets", "page", "page_size", "total", "next_cursor"}
        (ticket,) = body["tickets"]
        assert set(ticket) == TICKET
        assert (ticket["external_id"], ticket["urgency"], ticket["tenant_id"]) == ("T-1", "high", "acme")
        assert "lawsuit" in ticket["keywords"]
        assert ticket["created_at"] == "2026-03-10T09:00:00Z"
        assert (body["page"], body["page_size"], body["total"], body["next_cursor"]) == (1, 20, 1, None)

    def test_filters_narrow_and_may_repeat(self, api: Api, tenant: Tenant) -> None:
        store_tickets(tenant, [{"status": "open"}, {"status": "closed"}, {"status": "pending", "customer_id": "vip"}])
        assert api.get("/tickets", tenant_id="acme", status=["open", "closed"])["total"] == 2
        assert api.get("/tickets", tenant_id="acme", customer_id="vip")["total"] == 1
        assert api.get("/tickets", tenant_id="acme", requires_action="no")["total"] <= 3
        assert api.get("/tickets", tenant_id="acme", created_from="2026-03-10T09:00:00Z")["total"] == 3
        assert api.get("/tickets", tenant_id="acme", created_to="2026-03-10T09:00:00Z")["total"] == 0

    def test_pages_by_cursor_and_by_number_cover_the_same(self, api: Api, tenant: Tenant) -> None:
        store_tickets(tenant, [{"id": f"T-{n:02}"} for n in range(45)])
        by_number = [t["id"] for n in (1, 2, 3) for t in api.get("/tickets", tenant_id="acme", page=n)["tickets"]]
        by_cursor, cursor = [], ""
        while cursor is not None:
            body = api.get("/tickets", tenant_id="acme", **({"cursor": cursor} if cursor else {}))
            by_cursor += [each["id"] for each in body["tickets"]]
            cursor = body["next_cursor"]
        assert by_number == by_cursor and len(set(by_cursor)) == 45

    def test_urgent_ones_are_the_high_ones(self, api: Api, tenant: Tenant) -> None:
        store_tickets(tenant, [{"id": "calm"}, {"id": "loud", "message": "GDPR breach, escalate immediately"}])
        assert [each["external_id"] for each in api.get("/tickets/urgent", tenant_id="acme")["tickets"]] == ["loud"]

    def test_one_ticket_says_why_it_was_classified_so(self, api: Api, tenant: Tenant) -> None:
        store_tickets(tenant, [{"id": "a/b c", "subject": "Hello", "message": "We will file a lawsuit"}])
        body = api.get("/tickets/a/b%20c", tenant_id="acme")
        assert set(body) == TICKET | {"why", "is_language_found", "decided_by", "correction"}
        words = [body[each["field"]][each["start"] : each["end"]] for each in body["why"] if each["label"] == "high"]
        assert any("lawsuit" in word.lower() for word in words)

    def test_history_is_newest_first(self, api: Api, tenant: Tenant) -> None:
        store_tickets(tenant, [{"id": "T-1"}])
        delete_stored(tenant, ["T-1"])
        body = api.get("/tickets/T-1/history", tenant_id="acme")
        assert body["ticket_id"] == "T-1"
        assert [each["action"] for each in body["history"]] == ["deleted", "created"]
        assert set(body["history"][1]) == {"action", "changes", "recorded_at", "job_id"}
        assert body["history"][1]["changes"]["status"] == {"old": None, "new": "open"}
        assert body["history"][0]["recorded_at"].endswith("Z")
        assert len(api.get("/tickets/T-1/history", tenant_id="acme", limit=1)["history"]) == 1

    def test_a_deleted_ticket_is_in_no_list_and_404_by_itself(self, api: Api, tenant: Tenant) -> None:
        store_tickets(tenant, [{"id": "T-1"}])
        delete_stored(tenant, ["T-1"])
        assert api.get("/tickets", tenant_id="acme")["total"] == 0
        assert api.call("GET", "/tickets/T-1", tenant_id="acme")[0] == 404

    def test_an_unknown_ticket_is_404(self, api: Api) -> None:
        assert api.call("GET", "/tickets/nothing", tenant_id="acme")[0] == 404
        assert api.call("GET", "/tickets/nothing/history", tenant_id="acme")[0] == 404


WRONG = [
    ("/tickets", {}, "tenant_id"),
    ("/tickets", {"tenant_id": "acme", "page": "0"}, "page"),
    ("/tickets", {"tenant_id": "acme", "page": "99999999999999999999"}, "page"),
    ("/tickets", {"tenant_id": "acme", "page": "two"}, "page"),
    ("/tickets", {"tenant_id": "acme", "page_size": "101"}, "page_size"),
    ("/tickets", {"tenant_id": "acme", "cursor": "nonsense"}, "cursor"),
    ("/tickets", {"tenant_id": "acme", "urgency": "extreme"}, "urgency"),
    ("/tickets", {"tenant_id": "acme", "requires_action": "perhaps"}, "requires_action"),
    ("/tickets", {"tenant_id": "acme", "created_from": "10:00"}, "created_from"),
    ("/tickets", {"tenant_id": "acme", "status[$ne]": "x"}, "status[$ne]"),
    ("/tickets", {"tenant_id": "acme", "statsu": "open"}, "statsu"),
    ("/tickets/urgent", {"tenant_id": "acme", "urgency": "low"}, "urgency"),
    ("/tickets/T-1/history", {"tenant_id": "acme", "limit": "0"}, "limit"),
    ("/ingest/status", {}, "tenant_id"),
    ("/tenants/acme/stats", {"from_date": "yesterday"}, "from_date"),
    ("/tenants/acme/stats", {"from_date": "2026-03-05", "to_date": "2026-03-01"}, "from_date"),
    ("/rate-limiter/status", {"x": "1"}, "x"),
]


@pytest.mark.parametrize(("path", "params", "field"), WRONG)
def test_wrong_input_is_422_and_names_the_field(api: Api, path: str, params: dict[str, str], field: str) -> None:
    status, body = api.call("GET", path, **params)
    assert status == 422, body
    assert [each["field"].split(".")[0] for each in body["errors"]] == [field]
    assert field in body["detail"]


@pytest.mark.parametrize("slug", ["nobody", "globex", "$ne", "", "a" * 500, "../acme"])
def test_a_tenant_that_is_not_mine_or_not_there_is_404(api: Api, other_tenant: Tenant, slug: str) -> None:
    assert api.call("GET", "/tickets", tenant_id=slug)[0] == 404


class TestIngestion:
    def test_a_run_request_waits_for_the_end_and_returns_the_counts(
        self, api: Api, helpdesk: ScriptedHelpdesk, native_source: Callable[..., Source], worker: Worker
    ) -> None:
        native_source(helpdesk.url)
        helpdesk.tickets = [record("T-1"), record("T-2"), record("T-3", created_at="soon")]
        status, body = api.call("POST", "/ingest/run", tenant_id="acme", wait=30)
        job_id = body.pop("job_id")
        assert status == 200
        assert body == {
            "status": "partial", "new_ingested": 2, "updated": 0, "unchanged": 0, "deleted": 0,
            "quarantined": 1, "errors": 0, "detail": None,
        }  # fmt: skip
        progress = api.get(f"/ingest/progress/{job_id}")
        assert progress["status"] == "partial"
        assert (progress["progress"], progress["processed_pages"], progress["total_pages"]) == (100, 1, 1)
        assert progress["started_at"].endswith("Z") and progress["ended_at"].endswith("Z")

    def test_a_failed_run_says_why(
        self, api: Api, helpdesk: ScriptedHelpdesk, native_source: Callable[..., Source], worker: Worker
    ) -> None:
        native_source(helpdesk.url)
        helpdesk.fail_everything(answer({}, 401))
        status, body = api.call("POST", "/ingest/run", tenant_id="acme")
        assert (status, body["status"], body["errors"]) == (200, "failed", 1)
        assert "rejected the credentials" in body["detail"]

    def test_a_second_start_is_409_and_names_the_first(self, api: Api, tenant: Tenant) -> None:
        status, first = api.call("POST", "/ingest/run", tenant_id="acme", wait=0)
        assert (status, first["status"]) == (202, "running")
        status, second = api.call("POST", "/ingest/run", tenant_id="acme", wait=0)
        assert (status, second["job_id"]) == (409, first["job_id"])
        assert set(second) == {"detail", "job_id"}

    def test_status_is_idle_or_the_running_job(self, api: Api, tenant: Tenant) -> None:
        assert api.get("/ingest/status", tenant_id="acme") == {"status": "idle", "tenant_id": "acme"}
        job_id = jobs.enqueue(tenant, JobRequest(trigger="web", started_by="owner"))
        status = api.get("/ingest/status", tenant_id="acme")
        assert (status["job_id"], status["status"], status["progress"]) == (job_id, "queued", 0)

    def test_cancel_is_202_once_and_404_after_the_end(self, api: Api, tenant: Tenant) -> None:
        job_id = jobs.enqueue(tenant, JobRequest(trigger="web", started_by="owner"))
        assert api.call("DELETE", f"/ingest/{job_id}") == (202, {"status": "cancelling", "job_id": job_id})
        assert api.get(f"/ingest/progress/{job_id}")["status"] == "cancelled"
        assert api.call("DELETE", f"/ingest/{job_id}")[0] == 404
        assert api.call("DELETE", "/ingest/00000000-0000-0000-0000-000000000000")[0] == 404

    def test_a_strangers_job_is_404_for_every_call(self, api: Api, stranger: User, tenant: Tenant) -> None:
        job_id = finished_job(tenant)
        other = Api(token_of(stranger))
        assert other.call("GET", f"/ingest/progress/{job_id}")[0] == 404
        assert other.call("DELETE", f"/ingest/{job_id}")[0] == 404

    def test_the_lock_shows_its_holder(self, api: Api) -> None:
        from supportsaas.reliability.lock import Lock

        free = api.get("/ingest/lock/acme")
        assert free == {
            "locked": False, "tenant_id": "acme", "owner_id": None, "acquired_at": None, "expires_at": None,
            "is_expired": False,
        }  # fmt: skip
        Lock("acme").take("worker-1")
        held = api.get("/ingest/lock/acme")
        assert (held["locked"], held["owner_id"]) == (True, "worker-1")
        assert held["expires_at"] > held["acquired_at"]

    def test_the_rate_limiter_shows_its_window(self, api: Api, settings: Any) -> None:
        settings.RATE_LIMIT_REQUESTS = 60
        from supportsaas.reliability.rate_limiter import RateLimiter

        RateLimiter("help.example").acquire()
        assert api.get("/rate-limiter/status") == {
            "limit": 60, "window_seconds": 60, "current_requests": 1, "remaining": 59,
        }  # fmt: skip


def test_statistics_have_the_fixed_shape(api: Api, tenant: Tenant) -> None:
    store_tickets(
        tenant,
        [
            {
                "id": "a",
                "message": "We will file a lawsuit",
                "customer_id": "vip",
                "created_at": "2026-03-10T09:15:00Z",
            },
            {"id": "b", "message": "A question on invoices", "created_at": "2026-03-10T10:00:00Z", "status": "closed"},
        ],
    )
    body = api.get("/tenants/acme/stats", from_date="2026-03-10", to_date="2026-03-10")
    assert set(body) == {
        "total_tickets", "by_status", "urgency_high_ratio", "negative_sentiment_ratio", "hourly_trend", "top_keywords",
        "at_risk_customers", "as_of",
    }  # fmt: skip
    assert (body["total_tickets"], body["by_status"], body["urgency_high_ratio"]) == (2, {"open": 1, "closed": 1}, 0.5)
    assert {"hour": "2026-03-10T09:00:00Z", "count": 1} in body["hourly_trend"]
    assert "lawsuit" in body["top_keywords"]
    (risk,) = [each for each in body["at_risk_customers"] if each["high_urgency_count"]]
    assert risk == {"customer_id": "vip", "high_urgency_count": 1, "ticket_ids": ["a"]}
    assert api.get("/tenants/acme/stats", from_date="2020-01-01", to_date="2020-01-02")["total_tickets"] == 0


class TestHealth:
    def test_health_is_open_and_names_no_tenant(self, tenant: Tenant, worker: Worker) -> None:
        finished_job(tenant, status="failed", error={"code": "x", "message": "secret acme detail"})
        response = Client().get("/health")
        body = response.json()
        assert response.status_code == 200
        assert body["dependencies"]["mongodb"] == "healthy"
        assert (body["status"], body["dependencies"]["external_api"][:9]) == ("degraded", "unhealthy")
        assert "acme" not in response.content.decode()

    def test_late_helpdesks_are_reported_and_only_outdated_ones_degrade_health(
        self, tenant: Tenant, other_tenant: Tenant
    ) -> None:
        mongo.collection("workers").insert_one({"_id": "w", "seen_at": clock.now()})
        finished_job(tenant, now=clock.now() - timedelta(hours=12))
        finished_job(other_tenant, now=clock.now() - timedelta(hours=1))
        assert Client().get("/health").json()["issues"] == []
        connect_source(tenant, every_minutes=600)
        other = connect_source(other_tenant, every_minutes=600)
        body = Client().get("/health").json()
        assert (body["status"], body["issues"]) == ("ok", ["1 helpdesk is late."])
        other.every_minutes = 20
        save_source(other)
        body = Client().get("/health").json()
        assert body["status"] == "degraded"
        assert body["issues"] == ["1 helpdesk has had no successful sync for two intervals.", "1 helpdesk is late."]
        assert "acme" not in str(body) and "globex" not in str(body)

    def test_without_mongodb_it_is_503_and_so_is_everything_else(self, mongodb_away: None) -> None:
        health = Client().get("/health")
        assert (health.status_code, health.json()["status"]) == (503, "degraded")
        assert health.json()["dependencies"]["mongodb"].startswith("unhealthy")
        assert Api("any").call("GET", "/tickets", tenant_id="acme")[0] == 503
        page = Client(headers={"Accept": "text/html"}).get("/")
        assert page.status_code in (302, 503)


def test_the_description_of_the_api_names_every_call(api: Api) -> None:
    paths = api.get("/api/openapi.json")["paths"]
    assert {
        "/health", "/ingest/run", "/ingest/status", "/ingest/progress/{job_id}", "/ingest/{job_id}",
        "/ingest/lock/{tenant_id}", "/tickets", "/tickets/import", "/tickets/urgent", "/tickets/{external_id}",
        "/tickets/{external_id}/history", "/tickets/{external_id}/notes",
        "/tickets/{external_id}/correction", "/me", "/tenants", "/tenants/{tenant_id}/dashboard", "/tenants/{tenant_id}/stats",
        "/tenants/{tenant_id}/incidents", "/tenants/{tenant_id}/notes", "/tenants/{tenant_id}/work",
        "/tenants/{tenant_id}/targets", "/tenants/{tenant_id}/number-alerts",
        "/tenants/{tenant_id}/channels", "/tenants/{tenant_id}/alerts/{message_id}",
        "/tenants/{tenant_id}/alerts/{message_id}/acknowledge",
        "/rate-limiter/status",
        "/circuit/{name}/status", "/circuit/{name}/reset", "/export/tickets",
    } == set(paths)  # fmt: skip
