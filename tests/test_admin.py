"""The Django admin as staff use it."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from bson import ObjectId
from django.contrib import admin
from django.test import Client

from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import ApiToken, Role, Tenant, User
from tests.builders import NOON, finished_job, record, store_tickets
from tests.helpdesk import ScriptedHelpdesk, answer
from tickets import jobs
from tickets.erasure.retention import erase_past_retention
from tickets.helpdesks.model import Source
from tickets.ingestion.schedule import find_schedules
from tickets.ingestion.sync_state import find_state, save_state
from tickets.recount.opening_hours import save_opening_hours
from tickets.recount.walk import RECOUNT
from tickets.service_levels.model import OpeningHours

SOURCE = "/admin/tenants/source/"


@pytest.fixture
def staff(superuser: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(superuser)


def messages(response: object) -> str:
    return " ".join(str(message) for message in response.context["messages"])  # type: ignore[attr-defined]


def act(client: Client, path: str, action: str, *ids: object) -> str:
    form = {"action": action, "_selected_action": [str(each) for each in ids]}
    return messages(client.post(path, form, follow=True))


def test_run_ingestion_is_an_action_on_tenants(staff: Client, tenant: Tenant) -> None:
    said = act(staff, "/admin/tenants/tenant/", "run_ingestion", tenant.pk)
    assert "Ingestion queued for" in said and ">acme</a>" in said and "No worker is running" in said
    queued = jobs.find_active(tenant)
    assert queued is not None
    assert (queued["trigger"], queued["started_by"]) == ("admin", "root")
    assert "already running" in act(staff, "/admin/tenants/tenant/", "run_ingestion", tenant.pk)


def test_the_slug_of_a_tenant_is_chosen_once(staff: Client, tenant: Tenant) -> None:
    page = staff.get(f"/admin/tenants/tenant/{tenant.pk}/change/").content.decode()
    assert 'name="slug"' not in page and 'name="name"' in page


def test_a_changed_retention_period_holds_for_what_is_stored(staff: Client, tenant: Tenant) -> None:
    created_at = clock.now().replace(microsecond=0) - timedelta(days=40)
    store_tickets(tenant, [{"id": "T-1", "message": "lawsuit", "created_at": created_at.isoformat()}])
    mongo.collection("outbox").insert_one({"tenant_id": "acme", "facts": {"created_at": created_at}})
    form = {
        "name": "Acme", "timezone": "UTC", "is_active": "on",
        "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0", "sources-TOTAL_FORMS": "0", "sources-INITIAL_FORMS": "0",
    }  # fmt: skip
    page = f"/admin/tenants/tenant/{tenant.pk}/change/"
    for days, message, tickets in (
        ("9000", "Workers now erase tickets that are past", 1),
        ("", "no tickets are erased because of their age", 1),
        ("30", "Workers now erase tickets that are past", 0),
    ):
        answer = staff.post(page, {**form, "retention_days": days}, follow=True)
        assert message in answer.content.decode()
        erase_past_retention(threading.Event())
        assert mongo.collection("tickets").count_documents({}) == tickets
        (news,) = mongo.collection("outbox").find()
        assert news.get("expires_at") == (created_at + timedelta(days=int(days)) if days else None)


def test_clocks_follow_a_changed_time_zone_if_business_hours_run_by_it(staff: Client, tenant: Tenant) -> None:
    form = {
        "name": "Acme", "is_active": "on",
        "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0", "sources-TOTAL_FORMS": "0", "sources-INITIAL_FORMS": "0",
    }  # fmt: skip

    def is_recounted_in(zone: str) -> bool:
        mongo.collection(RECOUNT.collection).delete_many({})
        answer = staff.post(f"/admin/tenants/tenant/{tenant.pk}/change/", {**form, "timezone": zone})
        assert answer.status_code == 302
        return RECOUNT.is_running(tenant)

    assert not is_recounted_in("Asia/Tokyo")
    save_opening_hours(tenant, OpeningHours(tenant=tenant, week="Mon 09:00–17:00"))
    assert is_recounted_in("Europe/Berlin")
    assert not is_recounted_in("Europe/Berlin")
    save_opening_hours(tenant, OpeningHours(tenant=tenant, week="Mon 09:00–17:00", timezone="Asia/Tokyo"))
    assert not is_recounted_in("UTC")


class TestSources:
    FORM = {
        "kind": "redmine", "url": "http://127.0.0.1:1", "auth": "header", "auth_name": "X-Redmine-API-Key",
        "options": "{}", "page_size": "100", "enabled": "on",
    }  # fmt: skip

    def test_a_secret_goes_in_and_never_comes_out(self, staff: Client, tenant: Tenant) -> None:
        staff.post(f"{SOURCE}add/", {**self.FORM, "tenant": str(tenant.pk), "secret": "s3cret-key"})
        source = Source.objects.get()
        assert source.reveal_secret() == "s3cret-key"
        for path in (SOURCE, f"{SOURCE}{source.pk}/change/", f"{SOURCE}{source.pk}/history/"):
            page = staff.get(path).content.decode()
            assert "s3cret-key" not in page and source.encrypted_secret not in page

    def test_a_schedule_is_set_and_taken_off_at_once_without_a_whole_read(self, staff: Client, tenant: Tenant) -> None:
        form = {**self.FORM, "tenant": str(tenant.pk), "secret": "s3cret-key"}
        staff.post(f"{SOURCE}add/", form)
        save_state(tenant.slug, cursor=NOON, full_read_at=NOON)
        source = Source.objects.get()
        for typed, kept in (("15", 15), ("", None)):
            change = {**form, "initial-options": "{}", "secret": "", "every_minutes": typed}
            assert staff.post(f"{SOURCE}{source.pk}/change/", change).status_code == 302
            assert Source.objects.get().every_minutes == kept
            assert (tenant.slug in find_schedules()) == bool(kept)
            assert ("15 min" in staff.get(SOURCE).content.decode()) == bool(kept)
        assert find_state(tenant.slug).cursor == NOON

    def test_an_empty_secret_keeps_the_stored_one(self, staff: Client, tenant: Tenant) -> None:
        staff.post(f"{SOURCE}add/", {**self.FORM, "tenant": str(tenant.pk), "secret": "s3cret-key"})
        source = Source.objects.get()
        form = {**self.FORM, "tenant": str(tenant.pk), "secret": "", "page_size": "50"}
        assert staff.post(f"{SOURCE}{source.pk}/change/", form).status_code == 302
        changed = Source.objects.get()
        assert (changed.page_size, changed.reveal_secret()) == (50, "s3cret-key")

    @pytest.mark.parametrize(
        ("values", "complaint"),
        [
            ({"secret": ""}, "Enter the key or password"),
            ({"auth_name": "", "secret": "x"}, "Enter the name of the header"),
            ({"url": "not an address", "secret": "x"}, "starts with http"),
            ({"options": '{"colour": 1}', "secret": "x"}, "colour"),
            ({"options": "no json", "secret": "x"}, "valid JSON"),
            ({"kind": "rest", "secret": "x"}, "path"),
            ({"every_minutes": "0", "secret": "x"}, "greater than or equal to 1"),
            ({"every_minutes": "10081", "secret": "x"}, "less than or equal to 10080"),
        ],
    )
    def test_wrong_input_is_a_message_at_the_form(
        self, staff: Client, tenant: Tenant, values: dict[str, str], complaint: str
    ) -> None:
        response = staff.post(f"{SOURCE}add/", {**self.FORM, "tenant": str(tenant.pk), **values})
        assert response.status_code == 200
        assert complaint in response.content.decode()
        assert Source.objects.count() == 0

    def test_check_connection_shows_the_result(
        self, staff: Client, helpdesk: ScriptedHelpdesk, native_source: Callable[..., Source]
    ) -> None:
        source = native_source(helpdesk.url)
        helpdesk.tickets = [record("T-1")]
        assert "1 ticket found" in act(staff, SOURCE, "check_connection", source.pk)
        helpdesk.fail_everything(answer({}, 401))
        assert "rejected the credentials" in act(staff, SOURCE, "check_connection", source.pk)


class TestTokens:
    FORM = {"name": "cron", "tenant": "", "role": "viewer", "limit": "", "lifetime": "90"}
    TOKENS = "/admin/tenants/apitoken/"

    def test_a_new_token_is_shown_in_a_single_answer(self, staff: Client, owner: User) -> None:
        response = staff.post(f"{self.TOKENS}add/", {**self.FORM, "user": str(owner.pk), "limit": "5"})
        token = ApiToken.objects.get()
        text = response.content.decode().split("<pre>")[1].split("</pre>")[0]
        assert token.digest == ApiToken.digest_of(text)
        assert (token.user, token.tenant, token.role, token.limit) == (owner, None, "viewer", 5)
        assert token.expires_at is not None and 89 <= (token.expires_at - clock.now()).days <= 90
        assert "no-store" in response["Cache-Control"]
        assert text not in str(response.cookies) and text not in str(dict(staff.session))
        assert text not in staff.get(f"{self.TOKENS}{token.pk}/change/").content.decode()

    def test_a_token_without_expiry_must_be_chosen_explicitly(self, staff: Client, owner: User) -> None:
        form = {**self.FORM, "user": str(owner.pk)}
        assert staff.post(f"{self.TOKENS}add/", {**form, "lifetime": ""}).status_code == 200
        assert ApiToken.objects.count() == 0
        staff.post(f"{self.TOKENS}add/", {**form, "lifetime": "never"})
        assert ApiToken.objects.get().expires_at is None

    def test_a_tokens_owner_is_fixed_and_its_limit_can_be_changed(self, staff: Client, owner: User) -> None:
        token, _ = ApiToken.issue(name="x", user=owner, tenant=None, role=Role.VIEWER)
        form = {"name": "y", "role": "manager", "limit": "7", "expires_at_0": "2030-01-01", "expires_at_1": "00:00:00"}
        changed = staff.post(f"{self.TOKENS}{token.pk}/change/", {**form, "user": "other"})
        assert changed.status_code == 302
        found = ApiToken.objects.get()
        assert (found.name, found.user, found.limit, found.digest) == ("y", owner, 7, token.digest)

    def test_revoking_tokens_in_the_admin_asks_for_confirmation(self, staff: Client, owner: User) -> None:
        token, _ = ApiToken.issue(name="x", user=owner, tenant=None, role=Role.VIEWER)
        form = {"action": "revoke", "_selected_action": [str(token.pk)]}
        assert "cannot be undone" in staff.post(self.TOKENS, form).content.decode()
        assert ApiToken.objects.get().revoked_at is None
        assert "1 token revoked" in messages(staff.post(self.TOKENS, {**form, "confirmed": "1"}, follow=True))
        assert ApiToken.objects.get().revoked_at is not None


class TestAuditLogs:
    def test_runs_are_listed_filtered_searched_and_opened(self, staff: Client, tenant: Tenant) -> None:
        finished_job(tenant)
        failed = finished_job(tenant, status="failed", error={"code": "x", "message": "The helpdesk is away."})
        page = staff.get("/admin/tickets/ingestionlog/").content.decode()
        assert "The helpdesk is away." in page and "cron" in page
        assert (
            "The helpdesk is away." not in staff.get("/admin/tickets/ingestionlog/?status=completed").content.decode()
        )
        assert "1 result" in staff.get(f"/admin/tickets/ingestionlog/?q={failed}").content.decode()
        assert "The helpdesk is away." in staff.get(f"/admin/tickets/ingestionlog/{failed}/change/").content.decode()

    def test_history_shows_old_and_new_values_escaped(self, staff: Client, tenant: Tenant) -> None:
        store_tickets(tenant, [{"id": "T-1", "subject": "<script>alert(1)</script>"}])
        entry = mongo.collection("ticket_history").find_one({})
        assert entry is not None
        assert "T-1" in staff.get("/admin/tickets/tickethistory/?action=created&q=T-1").content.decode()
        page = staff.get(f"/admin/tickets/tickethistory/{entry['_id']}/change/").content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<script>alert(1)" not in page

    def test_an_entry_that_the_helpdesk_reported_says_so_and_who_made_the_change(
        self, staff: Client, tenant: Tenant
    ) -> None:
        store_tickets(tenant, [{"id": "T-1"}])
        noticed = mongo.collection("ticket_history").find_one({})
        assert noticed is not None
        reported = {**noticed, "_id": ObjectId(), "action": "updated", "told_by": "helpdesk", "author": "Bob <b>"}
        mongo.collection("ticket_history").insert_one(reported)
        rows = staff.get("/admin/tickets/tickethistory/?action=updated").content.decode()
        assert "helpdesk, by Bob &lt;b&gt;" in rows
        page = staff.get(f"/admin/tickets/tickethistory/{reported['_id']}/change/").content.decode()
        assert "helpdesk, by Bob &lt;b&gt;" in page
        assert "helpdesk, by" not in staff.get("/admin/tickets/tickethistory/?action=created").content.decode()

    @pytest.mark.parametrize("model", ["ingestionlog", "tickethistory"])
    def test_audit_entries_cannot_be_added_changed_or_deleted(self, staff: Client, tenant: Tenant, model: str) -> None:
        job_id = finished_job(tenant)
        assert staff.get(f"/admin/tickets/{model}/add/").status_code == 403
        if model == "ingestionlog":
            assert staff.post(f"/admin/tickets/{model}/{job_id}/change/", {"status": "x"}).status_code == 403
            assert staff.post(f"/admin/tickets/{model}/{job_id}/delete/", {"post": "yes"}).status_code == 403
            assert jobs.find_job(job_id) is not None


PATTERNS = [
    "B-1.*",
    ".*",
    "(.*)*(.*)*(.*)*x1",
    "*",
    "[",
    "(",
    "a{999999}",
    "\\",
    "\\Qx",
    "(?i)t-1",
    "^T",
    "1$",
    "T-1|T-2",
]


def searched_admins() -> list[str]:
    return sorted(
        f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for model, shown in admin.site._registry.items()
        if shown.search_fields
    )


class TestSearch:
    @pytest.mark.parametrize("pattern", PATTERNS)
    def test_what_looks_like_a_regular_expression_is_text(self, staff: Client, tenant: Tenant, pattern: str) -> None:
        store_tickets(tenant, [{"id": "T-1"}, {"id": "T-2"}])
        page = staff.get("/admin/tickets/tickethistory/", {"q": pattern})
        assert page.status_code == 200
        assert page.context["cl"].result_count == 0

    @pytest.mark.parametrize("typed", ["T-1", "t-1", "-1", "acme T-1"])
    def test_parts_of_words_are_found_in_any_case(self, staff: Client, tenant: Tenant, typed: str) -> None:
        store_tickets(tenant, [{"id": "T-1"}, {"id": "T-2"}])
        page = staff.get("/admin/tickets/tickethistory/", {"q": typed})
        assert page.context["cl"].result_count == 1

    @pytest.mark.parametrize("lookup", ["regex", "iregex"])
    def test_no_list_url_in_the_admin_can_use_a_regular_expression(
        self, staff: Client, tenant: Tenant, lookup: str
    ) -> None:
        for model in admin.site._registry:
            address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
            for field in model._meta.concrete_fields[:4]:
                answer = staff.get(address, {f"{field.name}__{lookup}": "(.*)*x"})
                assert answer.status_code == 400, (address, field.name)

    @pytest.mark.parametrize("pattern", ["*", "(a+)+$", "a.b", "x " * 2000, "é[", "%", "_"])
    def test_every_list_takes_every_text(self, staff: Client, tenant: Tenant, pattern: str) -> None:
        addresses = searched_admins()
        assert len(addresses) > 8
        assert {staff.get(each, {"q": pattern}).status_code for each in addresses} == {200}


def test_a_case_insensitive_lookup_is_not_a_regular_expression(tenant: Tenant) -> None:
    assert [Tenant.objects.filter(slug__iexact=each).count() for each in ("ACME", "a.me", "a.*", "*", "acm")] == [
        1, 0, 0, 0, 0,
    ]  # fmt: skip


def test_the_log_of_runs_filters_by_days_and_tenant_and_links_to_what_belongs_together(
    staff: Client, tenant: Tenant
) -> None:
    job = finished_job(tenant)
    mongo.collection("ingestion_logs").update_one(
        {"_id": job}, {"$set": {"counts.errors": 1, "counts.new_ingested": 2}}
    )
    log, day = "/admin/tickets/ingestionlog/", NOON.date()

    def found(**query: str) -> bool:
        return f"{log}{job}/change/" in staff.get(log, query).content.decode()

    assert found(**{"from": day.isoformat(), "to": day.isoformat()})
    assert not found(**{"from": (day + timedelta(days=1)).isoformat()})
    assert not found(to=(day - timedelta(days=1)).isoformat())
    assert found(**{"from": "no day"}) and found(to="9999-12-31")
    assert found(tenant=tenant.name[:3].upper()) and found(tenant=tenant.slug) and not found(tenant="globex")
    assert found(q=tenant.name) and found(q=job[:8]) and not found(q="globex")
    page = staff.get(f"{log}{job}/change/").content.decode()
    assert "1 error" in page and "1 errors" not in page and "Sync" in page and "&#x27;kind&#x27;" not in page
    assert f"tickethistory/?job_id={job}" in page and "/t/acme/ingestion/" in page and "/t/acme/quarantine/" in page
    assert "UTC" in page and 'class="state-mark' in page
    assert f"{log}{job}/history/" not in page and staff.get(f"{log}{job}/history/").status_code == 404


def test_a_history_entry_links_to_its_ticket_and_run(staff: Client, tenant: Tenant) -> None:
    store_tickets(tenant, [record("T-1")])
    (entry,) = mongo.collection("ticket_history").find()
    page = staff.get(f"/admin/tickets/tickethistory/{entry['_id']}/change/").content.decode()
    assert 'href="/t/acme/tickets/T-1/"' in page
    listed = staff.get("/admin/tickets/tickethistory/", {"job_id": entry["job_id"]}).content.decode()
    assert "T-1" in listed
    assert "T-1" not in staff.get("/admin/tickets/tickethistory/", {"job_id": "another"}).content.decode()


def test_run_ingestion_links_to_the_progress(staff: Client, tenant: Tenant) -> None:
    assert '<a href="/t/acme/ingestion/">acme</a>' in act(staff, "/admin/tenants/tenant/", "run_ingestion", tenant.pk)
