"""The audit log of configuration changes: nothing bypasses it, and it contains no secrets."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import DatabaseError, connections
from django.test import Client

from supportsaas.db import mongo
from supportsaas.db.model_transaction import in_transaction
from supportsaas.db.mongo import connection
from supportsaas.db.paging import Cursor
from tenants.audit import audit_log
from tenants.audit.audit_log import AuditEntry
from tenants.models import ApiToken, Membership, Role, Tenant, User
from tests.builders import NOON
from tickets.alerts.model import Channel
from tickets.helpdesks.model import Source

ClientOf = Callable[[User], Client]


def entries(**wanted: Any) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(**wanted).order_by("-recorded_at", "-pk"))


def newest(kind: str) -> AuditEntry:
    return entries(kind=kind)[0]


def test_a_change_says_who_how_from_where_and_what_it_was_before(
    client_of: ClientOf, owner: User, team_mate: User
) -> None:
    client_of(owner).post(f"/t/acme/settings/members/{team_mate.pk}/", {"role": "manager"})
    entry = newest("member")
    assert (entry.actor, entry.via, entry.address) == ("owner", "page", "127.0.0.1")
    assert (entry.action, entry.tenant_slug) == ("changed", "acme")
    assert entry.changes == {"role": {"old": "viewer", "new": "manager"}}


def test_changes_in_the_admin_are_in_the_audit_log(client_of: ClientOf, superuser: User, team_mate: User) -> None:
    member = Membership.objects.get(user=team_mate)
    form = {"user": str(team_mate.pk), "tenant": str(member.tenant_id), "role": "admin"}
    client_of(superuser).post(f"/admin/tenants/membership/{member.pk}/change/", form)
    assert (newest("member").actor, newest("member").via) == ("root", "admin")


def test_deleting_several_in_the_admin_is_in_the_log_one_by_one(
    client_of: ClientOf, superuser: User, team_mate: User, manager: User
) -> None:
    keys = [str(each.pk) for each in Membership.objects.all()]
    form = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}
    client_of(superuser).post("/admin/tenants/membership/", form)
    assert Membership.objects.count() == 0
    gone = entries(kind="member", action="deleted")
    assert {each.changes["user"]["old"] for each in gone} == {"team_mate", "manager"}


def test_changes_by_a_command_are_in_the_audit_log(tenant: Tenant, team_mate: User) -> None:
    call_command("tenant", "member", "acme", "--user", "team_mate", "--role", "admin", stdout=StringIO())
    assert newest("member").via == "command"
    assert newest("member").changes["role"] == {"old": "viewer", "new": "admin"}


def test_a_changed_secret_is_logged_without_its_value(tenant: Tenant) -> None:
    source = Source(tenant=tenant, kind="redmine", url="http://127.0.0.1:1", auth="bearer")
    source.set_secret("first-secret")
    source.save()
    source.set_secret("second-secret")
    source.save()
    assert newest("source").changes == {"secret": {"old": "(secret)", "new": "(secret)"}}
    stored = str([each.changes for each in entries()])
    assert "first" not in stored and "second" not in stored and source.encrypted_secret not in stored


def test_a_password_and_a_token_leave_no_trace_but_that_they_changed(team_mate: User) -> None:
    team_mate.set_password("another long password")
    team_mate.save()
    assert newest("user").changes == {"password": {"old": "(secret)", "new": "(secret)"}}
    token, text = ApiToken.issue(name="cron", user=team_mate, tenant=None, role=Role.VIEWER)
    stored = str([each.changes for each in entries()])
    assert text not in stored and token.digest not in stored and team_mate.password not in stored


def test_cascading_deletions_are_in_the_audit_log(tenant: Tenant, team_mate: User) -> None:
    Source.objects.create(tenant=tenant, kind="house", url="http://127.0.0.1:1")
    tenant.delete()
    assert {each.kind for each in entries(action="deleted")} == {"tenant", "source", "member"}
    assert {each.tenant_slug for each in entries(action="deleted")} == {"acme"}


def test_updating_many_is_in_the_log_for_each(team_mate: User, manager: User) -> None:
    Membership.objects.filter(role__in=["viewer", "manager"]).update(role="admin")
    changes = [each.changes["role"] for each in entries(kind="member", action="changed")]
    assert sorted(change["old"] for change in changes) == ["manager", "viewer"]


@pytest.mark.parametrize("way", ["bulk_create", "bulk_update"])
def test_operations_that_would_bypass_the_audit_log_fail(db: None, way: str) -> None:
    with pytest.raises(TypeError, match="audit log"):
        getattr(Membership.objects, way)([])


def test_becoming_staff_and_joining_a_group_are_in_the_log(team_mate: User) -> None:
    team_mate.is_staff = True
    team_mate.save()
    assert newest("user").changes == {"is_staff": {"old": "no", "new": "yes"}}
    group = Group.objects.create(name="auditors")
    team_mate.groups.add(group)
    assert newest("user").changes == {"groups": {"old": "", "new": "auditors"}}
    team_mate.groups.clear()
    assert newest("user").changes == {"groups": {"old": "auditors", "new": ""}}
    group.user_set.add(team_mate)
    assert newest("user").changes == {"groups": {"old": "", "new": "auditors"}}


def test_saves_without_changes_and_counters_are_not_in_the_audit_log(client_of: ClientOf, team_mate: User) -> None:
    before = AuditEntry.objects.count()
    team_mate.save()
    client_of(team_mate).get("/t/acme/tickets/")
    assert AuditEntry.objects.count() == before


def test_a_change_that_cannot_be_logged_is_rolled_back(
    tenant: Tenant, team_mate: User, superuser: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise DatabaseError("no room")

    monkeypatch.setattr(audit_log, "_append", fail)
    tenant.name = "Changed"
    with pytest.raises(DatabaseError):
        tenant.save()
    with pytest.raises(DatabaseError):
        Tenant.objects.filter(pk=tenant.pk).update(name="Changed")
    with pytest.raises(DatabaseError):
        tenant.delete()
    member = Membership.objects.get()
    form = {"user": str(team_mate.pk), "tenant": str(tenant.pk), "role": "admin"}
    client = client_of(superuser)
    client.raise_request_exception = False
    answer = client.post(f"/admin/tenants/membership/{member.pk}/change/", form)
    assert answer.status_code == 500
    with pytest.raises(DatabaseError):
        Membership.objects.update_or_create(user=team_mate, tenant=tenant, defaults={"role": "admin"})
    assert Tenant.objects.get().name == "Acme"
    assert Membership.objects.get().role == "viewer"


@pytest.mark.usefixtures("db")
def test_changes_at_the_same_moment_are_all_made_and_all_in_the_log(tenant: Tenant) -> None:
    def rename(number: int) -> None:
        try:
            mine = Tenant.objects.get(pk=tenant.pk)
            mine.name = f"Name {number}"
            mine.save()
            Membership.objects.create(user=User.objects.create_user(f"person{number}"), tenant=mine)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(rename, range(12)))
    names = [each.changes["name"]["new"] for each in entries(kind="tenant", action="changed")]
    assert sorted(names) == sorted(f"Name {number}" for number in range(12))
    assert len(entries(kind="member", action="created")) == Membership.objects.count() == 12


def test_a_change_whose_transaction_the_server_ended_is_made_again_and_once(tenant: Tenant) -> None:
    attempts = 0

    def rename() -> None:
        nonlocal attempts
        attempts += 1
        tenant.name = "Acme & Sons"
        tenant.save()
        if attempts == 1:
            session = connection.session
            mongo.client().admin.command("killSessions", [session.session_id])

    in_transaction(rename)
    assert attempts == 2
    assert Tenant.objects.get().name == "Acme & Sons"
    assert [each.changes["name"]["new"] for each in entries(kind="tenant", action="changed")] == ["Acme & Sons"]
    in_transaction(lambda: Tenant.objects.filter(pk=tenant.pk).update(name="Later"))
    assert Tenant.objects.get().name == "Later"


def test_the_audit_log_is_append_only(db: None) -> None:
    Tenant.objects.create(slug="acme", name="Acme")
    entry = newest("tenant")
    entry.actor = "nobody"
    for attempt in (entry.save, entry.delete, AuditEntry.objects.all().delete):
        with pytest.raises(TypeError, match="append-only"):
            attempt()
    with pytest.raises(TypeError, match="append-only"):
        AuditEntry.objects.update(actor="nobody")


def test_lists_are_words_and_what_is_empty_before_and_after_is_left_out(tenant: Tenant) -> None:
    values = {"urgencies": ["high", "low"], "sentiments": []}
    Channel.objects.create(tenant=tenant, name="Desk", kind="house", address="http://127.0.0.1:9", **values)
    changes = newest("channel").changes
    assert changes["urgencies"] == {"old": "", "new": "high, low"}
    assert not {"sentiments", "secret"} & set(changes)


class TestPages:
    def test_an_admin_sees_the_changes_of_the_own_tenant_alone(
        self, client_of: ClientOf, owner: User, team_mate: User, stranger: User
    ) -> None:
        for member in Membership.objects.filter(user__in=[team_mate, stranger]):
            member.role = Role.MANAGER
            member.save()
        assert entries(tenant_slug="globex", name="stranger in Globex (manager)")
        html = client_of(owner).get("/t/acme/settings/changes/").content.decode()
        assert "team_mate in Acme" in html
        assert "Globex" not in html and "stranger" not in html

    def test_older_changes_are_on_the_next_page_and_none_twice(
        self, client_of: ClientOf, owner: User, tenant: Tenant
    ) -> None:
        for number in range(60):
            tenant.name = f"Name {number}."
            tenant.save()
        client = client_of(owner)
        first = client.get("/t/acme/settings/changes/")
        second = client.get("/t/acme/settings/changes/", {"cursor": first.context["next_cursor"]})
        assert second.context["next_cursor"] is None
        shown = [each.pk for each in (*first.context["entries"], *second.context["entries"])]
        assert len(shown) == len(set(shown)) == AuditEntry.objects.filter(tenant_slug="acme").count()

    @pytest.mark.parametrize("cursor", ["x", "$ne", '{"$gt": ""}', Cursor(NOON, "no object id").encode()])
    def test_an_invalid_cursor_shows_the_newest_changes(self, client_of: ClientOf, owner: User, cursor: str) -> None:
        answer = client_of(owner).get("/t/acme/settings/changes/", {"cursor": cursor})
        assert (answer.status_code, answer.context["is_first"]) == (200, True)

    def test_values_in_configuration_changes_are_escaped(
        self, client_of: ClientOf, superuser: User, tenant: Tenant
    ) -> None:
        tenant.name = "<script>alert(1)</script>"
        tenant.save()
        client = client_of(superuser)
        for path in ("/t/acme/settings/changes/", f"/admin/tenants/auditentry/{newest('tenant').pk}/change/"):
            html = client.get(path).content.decode()
            assert "&lt;script&gt;alert(1)" in html and "<script>alert(1)" not in html

    def test_the_admin_lists_filters_and_never_changes(self, client_of: ClientOf, superuser: User) -> None:
        Tenant.objects.create(slug="acme", name="Acme")
        client = client_of(superuser)
        assert "Acme" in client.get("/admin/tenants/auditentry/?kind=tenant&q=acme").content.decode()
        entry = newest("tenant")
        assert client.get("/admin/tenants/auditentry/add/").status_code == 403
        for step in ("change", "delete"):
            assert client.post(f"/admin/tenants/auditentry/{entry.pk}/{step}/", {"post": "yes"}).status_code == 403
