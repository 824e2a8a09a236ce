"""Staff who are not superusers: their permissions work as named and cannot be extended."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from supportsaas.db import mongo
from tenants.credentials import second_factor
from tenants.models import ApiToken, Tenant, User
from tests.conftest import PASSWORD, make_user
from tests.endpoint import ScriptedEndpoint
from tests.helpdesk import ScriptedHelpdesk
from tickets import jobs
from tickets.alerts.model import Channel
from tickets.helpdesks.model import Source

ClientOf = Callable[[User], Client]


@pytest.fixture
def staff_with(db: None, client_of: ClientOf) -> Callable[..., Client]:
    """A signed-in staff user with these permissions."""

    def make(*codenames: str, name: str = "helper") -> Client:
        user = make_user(name, is_staff=True)
        found = list(Permission.objects.filter(codename__in=codenames))
        assert len(found) == len(codenames)
        user.user_permissions.set(found)
        return client_of(user)

    return make


def act(client: Client, path: str, action: str, *ids: Any, **form: str) -> Any:
    return client.post(path, {"action": action, "_selected_action": [str(each) for each in ids], **form}, follow=True)


def test_staff_with_view_permission_cannot_start_anything(
    staff_with: Callable[..., Client], tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    source = Source.objects.create(tenant=tenant, kind="house", url=helpdesk.url)
    with ScriptedEndpoint() as endpoint:
        channel = Channel.objects.create(tenant=tenant, name="On call", kind="house", address=endpoint.url)
        client = staff_with("view_tenant", "view_source", "view_channel")
        for path, action, thing in (
            ("/admin/tenants/tenant/", "run_ingestion", tenant),
            ("/admin/tenants/source/", "check_connection", source),
            ("/admin/tenants/channel/", "send_test", channel),
        ):
            page = act(client, path, action, thing.pk)
            assert page.status_code == 200 and f'value="{action}"' not in page.content.decode()
        assert not endpoint.requests
    assert jobs.find_active(tenant) is None and not helpdesk.requests


def test_staff_with_change_permission_can_run_ingestion(staff_with: Callable[..., Client], tenant: Tenant) -> None:
    act(staff_with("view_tenant", "change_tenant"), "/admin/tenants/tenant/", "run_ingestion", tenant.pk)
    assert jobs.find_active(tenant) is not None


def test_every_action_of_the_admin_asks_for_a_permission(db: None) -> None:
    from django.contrib import admin

    for model, model_admin in admin.site._registry.items():
        for name in model_admin.actions or ():
            action = getattr(model_admin, str(name))
            assert getattr(action, "allowed_permissions", ()), f"{model.__name__}.{name}"


class TestTokens:
    ADD = "/admin/tenants/apitoken/add/"

    def test_staff_make_tokens_for_themselves_alone(
        self, staff_with: Callable[..., Client], superuser: User, tenant: Tenant
    ) -> None:
        client = staff_with("add_apitoken", "view_user", "view_tenant")
        assert 'name="user"' not in client.get(self.ADD).content.decode()
        form = {"name": "t", "user": str(superuser.pk), "role": "admin", "lifetime": "90"}
        page = client.post(self.ADD, form).content.decode()
        token = ApiToken.objects.get()
        assert token.user.username == "helper" and "acts as helper" in page

    def test_staff_change_no_token_of_others(self, staff_with: Callable[..., Client], superuser: User) -> None:
        token, _ = ApiToken.issue(name="t", user=superuser, tenant=None, role="viewer")  # type: ignore[arg-type]
        client = staff_with("change_apitoken", "view_apitoken", "view_user")
        form = {"name": "t", "role": "admin", "limit": "0"}
        assert client.post(f"/admin/tenants/apitoken/{token.pk}/change/", form).status_code == 403
        token.refresh_from_db()
        assert token.role == "viewer"

    def test_staff_revoke_no_token_of_others(self, staff_with: Callable[..., Client], superuser: User) -> None:
        client = staff_with("change_apitoken", "view_apitoken", "view_user")
        helper = User.objects.get(username="helper")
        for name, user in (("theirs", superuser), ("mine", helper)):
            ApiToken.issue(name=name, user=user, tenant=None, role="viewer")  # type: ignore[arg-type]
        chosen = [str(each.pk) for each in ApiToken.objects.all()]
        form = {"action": "revoke", "_selected_action": chosen}
        asked = client.post("/admin/tenants/apitoken/", form).content.decode()
        assert "mine" in asked and "theirs" not in asked
        page = client.post("/admin/tenants/apitoken/", {**form, "confirmed": "yes"}, follow=True).content.decode()
        assert "only a superuser can revoke them" in page
        assert [each.name for each in ApiToken.objects.filter(revoked_at=None)] == ["theirs"]


class TestPeople:
    FORM = {
        "username": "renamed", "is_active": "on", "is_staff": "on", "is_superuser": "on",
        "date_joined_0": "2026-01-01", "date_joined_1": "10:00:00",
        "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0",
    }  # fmt: skip

    @pytest.fixture
    def client(self, staff_with: Callable[..., Client]) -> Client:
        return staff_with("view_user", "change_user", "delete_user", "add_user", "change_group", "view_group")

    def test_staff_cannot_make_anyone_a_superuser(self, client: Client, team_mate: User) -> None:
        everything = [str(each.pk) for each in Permission.objects.all()]
        for name in ("helper", "team_mate"):
            user = User.objects.get(username=name)
            path = f"/admin/tenants/user/{user.pk}/change/"
            page = client.get(path).content.decode()
            assert 'name="username"' in page and 'name="is_superuser"' not in page and 'name="is_staff"' not in page
            client.post(path, {**self.FORM, "username": f"{name}2", "user_permissions": everything})
            user.refresh_from_db()
            assert user.username == f"{name}2"
            assert (user.is_superuser, user.is_staff) == (False, name == "helper")
        assert User.objects.get(username="helper2").user_permissions.count() == 6
        assert User.objects.get(username="team_mate2").user_permissions.count() == 0

    def test_staff_cannot_change_superusers_and_other_staff(self, client: Client, superuser: User, clock: Any) -> None:
        other = make_user("other_staff", is_staff=True)
        new = {"password1": PASSWORD * 2, "password2": PASSWORD * 2, "usable_password": "true"}
        for user in (superuser, other):
            second_factor.SecondFactor.objects.create(user=user, encrypted_secret="x", confirmed_at=clock())
            path = f"/admin/tenants/user/{user.pk}"
            assert client.post(f"{path}/change/", self.FORM).status_code == 403
            assert client.post(f"{path}/password/", new).status_code == 403
            assert client.post(f"{path}/delete/", {"post": "yes"}).status_code == 403
        act(client, "/admin/tenants/user/", "turn_off_second_factor", superuser.pk, other.pk)
        act(client, "/admin/tenants/user/", "delete_selected", superuser.pk, other.pk, post="yes")
        assert second_factor.SecondFactor.objects.count() == 2
        assert set(User.objects.values_list("username", flat=True)) == {"helper", "root", "other_staff"}
        assert User.objects.get(username="root").check_password(PASSWORD)

    def test_a_new_user_has_no_rights(self, client: Client) -> None:
        form = {"username": "new", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true",
                "is_superuser": "on", "is_staff": "on", "memberships-TOTAL_FORMS": "0",
                "memberships-INITIAL_FORMS": "0"}  # fmt: skip
        client.post("/admin/tenants/user/add/", form)
        user = User.objects.get(username="new")
        assert not user.is_superuser and not user.is_staff

    def test_groups_are_for_superusers(self, client: Client, client_of: ClientOf, superuser: User) -> None:
        group = Group.objects.create(name="helpers")
        everything = [str(each.pk) for each in Permission.objects.all()]
        path = f"/admin/auth/group/{group.pk}/change/"
        assert client.post(path, {"name": "helpers", "permissions": everything}).status_code == 403
        assert client_of(superuser).post(path, {"name": "helpers", "permissions": everything[:2]}).status_code == 302
        assert group.permissions.count() == 2


def test_the_signing_secret_of_a_webhook_is_in_one_answer_alone(
    client_of: ClientOf, superuser: User, tenant: Tenant
) -> None:
    client = client_of(superuser)
    form = {"tenant": str(tenant.pk), "kind": "webhook", "name": "Pager", "address": "https://pager.example.com/x",
            "urgencies": ["high"], "enabled": "on"}  # fmt: skip
    for path in ("/admin/tenants/channel/add/", "/admin/tenants/channel/{}/change/"):
        channel = Channel.objects.first()
        answer = client.post(path.format(channel.pk if channel else ""), {**form, "new_secret": "on"})
        secret = Channel.objects.get().reveal_secret()
        assert answer.status_code == 200 and secret in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
        assert "whsec" not in str(answer.cookies) + str(client.cookies) + str(dict(client.session))
        assert secret not in str(list(mongo.collection("audit_log").find()))
        assert secret not in client.get("/admin/tenants/channel/").content.decode()
