"""Deleting a tenant: hidden immediately, erased completely, and its id free only afterwards."""

import ast
import io
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import models
from django.test import Client

from analytics.digest import subscriptions
from supportsaas import clock
from supportsaas.db import indexes, mongo, tenant_data
from supportsaas.db.tenant_data import OF_NO_TENANT, OF_TENANTS
from supportsaas.reliability.circuit_breaker import CircuitBreaker, Permit, find_states
from supportsaas.reliability.lock import Lock
from tenants import deletion
from tenants.audit import audit_log
from tenants.models import ApiToken, AuditEntry, Membership, Role, Tenant, User
from tests.builders import connect_source, delete_stored, finished_job, store_tickets
from tests.service_levels.targets import add_target
from tickets import jobs
from tickets.alerts.model import Channel
from tickets.erasure import tenants
from tickets.erasure.customers import erase_customer
from tickets.erasure.tenants import erase_deleted_tenants
from tickets.helpdesks.drafts import save_draft
from tickets.helpdesks.files.uploads import add_part, begin_upload
from tickets.helpdesks.model import Source
from tickets.ingestion import setup_checklist
from tickets.ingestion.sync_state import save_state
from tickets.jobs import JobRequest
from tickets.learning.store import LearningStore
from tickets.models import ClassificationRule, NumberAlert, SavedView
from tickets.number_alerts.watching import check as check_alert
from tickets.recount.opening_hours import save_opening_hours
from tickets.recount.walk import RECOUNT
from tickets.rules.editing import save_rule
from tickets.service_levels.model import OpeningHours
from tickets.status_mapping.editing import save_meanings
from tickets.store import quarantine
from tickets.store.older_words import request_removal
from tickets.topics.finding import find_new_topics

BASE = Path(__file__).parents[2]
ClientOf = Callable[[User], Client]


def fill(tenant: Tenant) -> None:
    """Data of every kind that a tenant can have."""
    Channel.objects.create(tenant=tenant, name="On call", kind="house", address="http://127.0.0.1:9")
    connect_source(tenant, kind="house", every_minutes=5)
    save_rule(ClassificationRule(tenant=tenant, phrases="refund", urgency="high"))
    view = SavedView.objects.create(tenant=tenant, name="Urgent", query="urgency=high")
    watched = NumberAlert.objects.create(tenant=tenant, metric="in_view", view=view, threshold=5)
    check_alert(watched, now=clock.now())
    save_meanings(tenant, {"Hold": "on_hold"})
    store_tickets(tenant, [{"id": f"T-{n}", "message": "lawsuit", "customer_id": f"c{n}"} for n in range(30)])
    delete_stored(tenant, ["T-1"])
    replied = {"message": "No water", "first_reply_at": "2026-03-10T11:00:00Z"}
    store_tickets(tenant, [{"id": f"W-{n}", "customer_id": f"w{n}", **replied} for n in range(3)])
    save_opening_hours(tenant, OpeningHours(tenant=tenant, week="Mon 09:00–17:00"))
    add_target(tenant)
    RECOUNT.mark_as_done(tenant)
    find_new_topics(tenant, now=clock.now())
    refused = quarantine.QuarantinedRecord("id", "is missing", {"x": tenant.slug})
    quarantine.save_records(tenant, [refused], job_id="x", now=clock.now())
    finished_job(tenant)
    save_state(tenant.slug, cursor=clock.now(), full_read_at=clock.now())
    second = connect_source(tenant, kind="house", url="http://127.0.0.1:10", every_minutes=5, name="second")
    save_state(second.key, cursor=clock.now(), full_read_at=clock.now())
    erase_customer(tenant, "c2")
    request_removal()
    user = User.objects.create(username=f"{tenant.slug}-admin")
    Membership.objects.create(tenant=tenant, user=user, role=Role.ADMIN)
    ApiToken.issue(name="t", user=user, tenant=tenant, role=Role.ADMIN)
    subscriptions.subscribe(user, tenant, now=clock.now())
    save_draft(Source(tenant=tenant, kind="house", url="http://127.0.0.1:9"), by=user)
    add_part(begin_upload(tenant, user, name="old.csv", size=2), 0, b"id")
    setup_checklist.dismiss(tenant, by=user.username)
    ask_endpoint(f"email@{tenant.slug}")
    mongo.collection("mailboxes").insert_one({"_id": second.key})
    mongo.collection("incident_watch").insert_one({"_id": tenant.slug})
    mongo.collection("insights").insert_one({"_id": tenant.slug})
    mongo.collection("customer_refresh").insert_one({"_id": tenant.slug})
    LearningStore(tenant).veto("parcel", is_vetoed=True)
    for name in (
        "acknowledgements",
        "conversations",
        "deliveries",
        "incidents",
        "accuracy_samples",
        "learned_weights",
        "mailbox_mails",
        "name_spaces",
        "customers",
        "customer_watches",
        "notes",
        "mail_schedules",
        "shared_links",
        "shared_mails",
        "rollup_findings",
        "tenant_faults",
        "troubles",
    ):
        mongo.collection(name).insert_one({"_id": f"{tenant.slug} {name}", "tenant_id": tenant.slug})


def ask_endpoint(name: str) -> None:
    """A failed request to an endpoint."""
    circuit = CircuitBreaker(name)
    permit = circuit.admit()
    assert isinstance(permit, Permit)
    circuit.note_fault(permit, "message", seconds=0.1, note="It does not take mail for ann@example.com.")


def left_of(slug: str) -> dict[str, int]:
    """All documents of the tenant in any collection, by any field."""
    found = {}
    behind_at = {"_id": {"$regex": f"@{slug}$|^{slug}:"}}
    for name in mongo.database().list_collection_names():
        number = mongo.collection(name).count_documents(
            {"$or": [{"tenant_id": slug}, {"_id": slug}, {"slug": slug}, behind_at]}
        )
        if number and name not in OF_NO_TENANT:
            found[name] = number
    return found


def run_task() -> int:
    return erase_deleted_tenants(threading.Event())


def test_deleting_a_tenant_erases_its_data_and_nothing_else(tenant: Tenant, other_tenant: Tenant) -> None:
    for each in (tenant, other_tenant):
        fill(each)
    assert left_of("acme").keys() >= {each.collection for each in OF_TENANTS} - {"audit_log"}
    before = left_of("globex")
    tenant.delete()
    assert run_task() == 1
    assert left_of("acme") == {}
    assert left_of("globex") == before
    assert run_task() == 0


def test_a_reused_tenant_id_shows_no_circuits_of_the_deleted_tenant(tenant: Tenant) -> None:
    own, longer = "email@acme", "email@big-acme"
    for name in (own, longer):
        ask_endpoint(name)
    tenant.delete()
    run_task()
    states = find_states([own, longer])
    assert states[own].results == () and len(states[longer].results) == 1


def test_the_audit_log_keeps_who_deleted_a_tenant(tenant: Tenant, superuser: User, client_of: ClientOf) -> None:
    fill(tenant)
    client_of(superuser).post(f"/admin/tenants/tenant/{tenant.pk}/delete/", {"post": "yes"})
    run_task()
    entry = AuditEntry.objects.get(action="erased")
    assert (entry.actor, entry.kind, entry.name, entry.tenant_slug) == ("root", "tenant", "acme", "")
    assert entry.changes == {} and entry.address == ""


def test_the_deletion_page_shows_how_much_is_erased(tenant: Tenant, superuser: User, client_of: ClientOf) -> None:
    fill(tenant)
    store_tickets(tenant, [{"id": f"N-{n}"} for n in range(1_500)])
    client = client_of(superuser)
    for html in (
        client.get(f"/admin/tenants/tenant/{tenant.pk}/delete/").content.decode(),
        client.post(
            "/admin/tenants/tenant/", {"action": "delete_selected", "_selected_action": [str(tenant.pk)]}
        ).content.decode(),
    ):
        assert "Tickets: 1,532" in html and "Rejected records: 1" in html and "Runs: 1" in html


def test_a_deleted_tenant_is_hidden_before_its_data_is_erased(tenant: Tenant, owner: User, client_of: ClientOf) -> None:
    store_tickets(tenant, [{"id": "T-1"}])
    client = client_of(owner)
    assert client.get("/t/acme/tickets/T-1/").status_code == 200
    tenant.delete()
    assert mongo.collection("tickets").count_documents({"tenant_id": "acme"}) == 1
    assert client.get("/t/acme/tickets/T-1/").status_code == 404
    assert client.get("/tickets?tenant_id=acme").status_code == 404


@pytest.mark.parametrize("left_by", ["a deletion under way", "an older version that erased nothing"])
def test_a_tenant_id_is_free_only_after_its_data_is_erased(
    tenant: Tenant, superuser: User, client_of: ClientOf, left_by: str
) -> None:
    store_tickets(tenant, [{"id": "T-1"}])
    tenant.delete()
    if left_by == "an older version that erased nothing":
        mongo.collection(deletion.COLLECTION).delete_many({})
    with pytest.raises(ValidationError, match="Data of a deleted tenant"):
        Tenant.objects.create(slug="acme", name="New")
    with pytest.raises(CommandError, match="Data of a deleted tenant"):
        call_command("tenant", "create", "acme", "--name", "New")
    form = {"slug": "acme", "name": "New", "timezone": "UTC", "is_active": "on",
            "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0", "sources-TOTAL_FORMS": "0", "sources-INITIAL_FORMS": "0"}  # fmt: skip
    assert "Data of a deleted tenant" in client_of(superuser).post("/admin/tenants/tenant/add/", form).content.decode()
    call_command("tenant", "delete", "acme", "--yes", stdout=io.StringIO())
    Tenant.objects.create(slug="acme", name="New")
    assert left_of("acme").keys() == {"tenants_tenant", "audit_log"}


def test_an_interrupted_tenant_erasure_continues_later(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tenant)
    tenant.delete()
    monkeypatch.setattr(deletion, "BATCH", 3)

    class Killed(Exception):
        pass

    def killed(_erased: int) -> None:
        raise Killed

    [begun] = deletion.find_deletions()
    left = sum(left_of("acme").values())
    for _ in range(500):
        try:
            tenants.erase(begun, report=killed)
            break
        except Killed:
            assert sum(left_of("acme").values()) < left
            assert deletion.find_deletion("acme")
            left = sum(left_of("acme").values())
    assert left_of("acme") == {} and not deletion.find_deletions()


def test_deleting_a_tenant_cancels_its_run_and_waits_for_it(tenant: Tenant) -> None:
    store_tickets(tenant, [{"id": "T-1"}])
    job_id = jobs.begin_at_once(tenant, JobRequest(trigger="command", started_by="x"), owner_id="elsewhere")
    lock = Lock("acme")
    held = lock.take("elsewhere")
    assert held is not None
    tenant.delete()
    assert run_task() == 0
    assert mongo.collection("tickets").count_documents({}) == 1
    assert jobs.heartbeat(job_id, owner_id="elsewhere") is True  # a cancel was asked for
    lock.release(held)
    assert run_task() == 1
    assert left_of("acme") == {}


class TestCommand:
    def delete(self, *arguments: str) -> str:
        out = io.StringIO()
        call_command("tenant", "delete", *arguments, stdout=out)
        return out.getvalue()

    def test_delete_tenant_shows_what_is_deleted_and_asks_for_the_id(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(tenant)
        for typed in ("yes", "", "Acme", "acme2"):
            monkeypatch.setattr("builtins.input", lambda typed=typed: typed)
            with pytest.raises(CommandError, match="Nothing was deleted"):
                self.delete("acme")
        assert Tenant.objects.filter(slug="acme").exists()
        monkeypatch.setattr("builtins.input", lambda: "acme")
        said = self.delete("acme")
        assert re.search(r"\b32 tickets", said) and "Deleted acme and all its data" in said
        assert left_of("acme") == {}

    def test_deleting_a_tenant_without_confirmation_does_nothing(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(""))
        with pytest.raises(CommandError, match="--yes"):
            self.delete("acme")
        assert Tenant.objects.filter(slug="acme").exists()

    @pytest.mark.parametrize("slug", ["nobody", "ACME", "acme ", ""])
    def test_deleting_an_unknown_tenant_is_an_error(self, tenant: Tenant, slug: str) -> None:
        with pytest.raises(CommandError, match="does not exist and has no data"):
            self.delete(slug, "--yes")
        assert Tenant.objects.filter(slug="acme").exists()

    def test_an_interrupted_deletion_is_finished_without_confirmation(self, tenant: Tenant) -> None:
        fill(tenant)
        tenant.delete()
        assert "Deleted acme and all its data" in self.delete("acme")
        assert left_of("acme") == {}


# -- Nothing is forgotten ----------------------------------------------------------------------


def collections_in_the_code() -> set[str]:
    """What is given to `mongo.collection`: texts, and for a constant every text that a module gives that name."""
    named: dict[str, set[str]] = {}
    asked: set[str] = set()
    found: set[str] = set()
    for app in ("supportsaas", "tenants", "tickets", "analytics"):
        for path in (BASE / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Assign):
                    for target, value in pairs(node):
                        if isinstance(target, ast.Name) and isinstance(value, ast.Constant):
                            named.setdefault(target.id, set()).add(str(value.value))
                if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("mongo.collection") and node.args:
                    argument = node.args[0]
                    if isinstance(argument, ast.Constant):
                        found.add(str(argument.value))
                    asked.add(ast.unparse(argument).split(".")[-1])
    return found | {text for name in asked if name.isupper() for text in named.get(name, ())}


def pairs(node: ast.Assign) -> list[tuple[ast.expr, ast.expr]]:
    found: list[tuple[ast.expr, ast.expr]] = []
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            found += zip(target.elts, node.value.elts, strict=False)
        else:
            found.append((target, node.value))
    return found


def test_every_collection_declares_whether_it_holds_tenant_data() -> None:
    tables = {model._meta.db_table for model in apps.get_models() if model._meta.managed}
    found = collections_in_the_code() | {index.collection for index in indexes.INDEXES}
    assert {"tickets", "rollup_numbers", "customer_counts", "outbox", "erasures"} <= found
    declared = {each.collection for each in OF_TENANTS} | OF_NO_TENANT.keys()
    assert found - tables - declared == set(), (
        "declare in supportsaas.db.tenant_data whether these hold data of tenants"
    )


def test_every_table_of_tenant_data_is_deleted_or_erased() -> None:
    erased = {each.collection for each in OF_TENANTS}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.related_model is Tenant:
                assert field.remote_field and field.remote_field.on_delete in (models.CASCADE, models.SET_NULL), field
            elif field.column == "tenant_id":
                assert model._meta.db_table in erased, f"{model.__name__} names a tenant and is not erased with it"


def test_all_data_stored_under_a_tenant_id_is_declared(tenant: Tenant) -> None:
    fill(tenant)
    declared = {each.collection for each in OF_TENANTS}
    tables = {model._meta.db_table for model in apps.get_models()}
    assert {name for name in left_of("acme") if name not in tables} <= declared


def test_the_audit_log_is_erased_only_with_its_tenant(tenant: Tenant) -> None:
    with pytest.raises(TypeError):
        audit_log.AuditEntry.objects.all().delete()
    assert "audit_log" in {each.collection for each in tenant_data.OF_TENANTS}


def test_deleting_a_tenant_in_the_admin_says_that_workers_erase_its_data(
    tenant: Tenant, superuser: User, client_of: ClientOf
) -> None:
    answer: Any = client_of(superuser).post(f"/admin/tenants/tenant/{tenant.pk}/delete/", {"post": "yes"}, follow=True)
    assert "Workers now erase" in answer.content.decode()
