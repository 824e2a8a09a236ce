"""API tokens: created on a page, shown once, revoked, and never more powerful than their user."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from supportsaas import clock
from supportsaas.web.rejected import Rejected
from tenants.api import tokens
from tenants.api.tokens import Scope
from tenants.models import ApiToken, Membership, Role, Tenant, User
from tests.api.caller import Api
from tests.conftest import PASSWORD
from tests.reading_pages import body, page_of, text_of

pytestmark = pytest.mark.usefixtures("db")

ClientOf = Callable[[User], Client]
OF_TENANT = "/t/acme/settings/tokens/"
MINE = "/account/tokens/"
FORM = {"name": "Nightly export", "scope": "read", "lifetime": "90"}


def made_text(html: str) -> str:
    found = re.search(r"sst_[\w-]{43}", html)
    assert found, html
    return found[0]


class TestATenantsPage:
    def test_a_token_is_shown_in_one_answer_alone_and_works_there(self, client_of: ClientOf, owner: User) -> None:
        client = client_of(owner)
        response = client.post(f"{OF_TENANT}make/", FORM)
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        text = made_text(body(response))
        assert text not in str(response.cookies) and text not in str(dict(client.session))
        assert text not in page_of(client, OF_TENANT)
        assert Api(text).call("GET", "/tickets", tenant_id="acme")[0] == 200
        assert Api(text).call("POST", "/ingest/run", tenant_id="acme")[0] == 403
        token = ApiToken.objects.get()
        assert (token.user, token.tenant and token.tenant.slug, token.role) == (owner, "acme", "viewer")
        assert token.expires_at is not None
        assert abs(token.expires_at - clock.now() - timedelta(days=90)) < timedelta(minutes=1)

    def test_90_days_is_offered_and_never_must_be_chosen(self, client_of: ClientOf, owner: User) -> None:
        client = client_of(owner)
        assert '<option value="90" selected>' in page_of(client, OF_TENANT)
        assert client.post(f"{OF_TENANT}make/", {**FORM, "lifetime": ""}).status_code == 422
        client.post(f"{OF_TENANT}make/", {**FORM, "lifetime": "never"})
        assert ApiToken.objects.get().expires_at is None
        assert "never expires" in text_of(page_of(client, OF_TENANT))

    def test_a_token_that_may_run_ingestion_runs_it(self, client_of: ClientOf, owner: User) -> None:
        text = made_text(body(client_of(owner).post(f"{OF_TENANT}make/", {**FORM, "scope": "run"})))
        assert Api(text).call("POST", "/ingest/run", tenant_id="acme", wait=0)[0] == 202

    def test_sending_the_form_again_makes_no_second_one(self, client_of: ClientOf, owner: User) -> None:
        client = client_of(owner)
        client.post(f"{OF_TENANT}make/", FORM)
        again = client.post(f"{OF_TENANT}make/", FORM)
        assert again.status_code == 422 and "already have a token with this name" in body(again)
        assert ApiToken.objects.count() == 1

    @pytest.mark.parametrize(
        "wrong", [{"name": ""}, {"name": "x" * 101}, {"scope": "admin"}, {"lifetime": "1"}, {"lifetime": "-1"}]
    )
    def test_invalid_input_is_an_error_at_its_field(
        self, client_of: ClientOf, owner: User, wrong: dict[str, str]
    ) -> None:
        response = client_of(owner).post(f"{OF_TENANT}make/", {**FORM, **wrong})
        assert response.status_code == 422
        assert f'id="id_{next(iter(wrong))}_error"' in body(response)
        assert ApiToken.objects.count() == 0

    def test_revoking_asks_once_and_holds_from_the_next_call_on(self, client_of: ClientOf, owner: User) -> None:
        client = client_of(owner)
        api = Api(made_text(body(client.post(f"{OF_TENANT}make/", FORM))))
        token = ApiToken.objects.get()
        address = f"{OF_TENANT}{token.pk}/revoke/"
        html = page_of(client, OF_TENANT)
        assert html.index("<summary") < html.index(address), "the button to press stands behind a question"
        assert client.get(address).status_code == 405
        assert api.call("GET", "/tickets", tenant_id="acme")[0] == 200
        assert client.post(address)["Location"] == OF_TENANT
        assert api.call("GET", "/tickets", tenant_id="acme")[0] == 401
        assert "1 expired or revoked" in text_of(page_of(client, OF_TENANT))
        ended = ApiToken.objects.get().revoked_at
        client.post(address)
        assert ApiToken.objects.get().revoked_at == ended

    def test_only_this_tenants_tokens_can_be_revoked_here(
        self, client_of: ClientOf, owner: User, stranger: User, other_tenant: Tenant
    ) -> None:
        foreign, text = ApiToken.issue(name="x", user=stranger, tenant=other_tenant, role=Role.VIEWER)
        everywhere, _ = ApiToken.issue(name="y", user=owner, tenant=None, role=Role.VIEWER)
        for token in (foreign, everywhere):
            client_of(owner).post(f"{OF_TENANT}{token.pk}/revoke/")
        client_of(owner).post(f"{OF_TENANT}nonsense/revoke/")
        assert ApiToken.objects.filter(revoked_at=None).count() == 2
        assert Api(text).call("GET", "/tickets", tenant_id="globex")[0] == 200

    def test_a_tenants_page_lists_every_token_that_reaches_the_tenant_and_no_other(
        self, client_of: ClientOf, owner: User, team_mate: User, stranger: User, other_tenant: Tenant
    ) -> None:
        for name, user, tenant in (
            ("here", team_mate, Tenant.objects.get(slug="acme")),
            ("everywhere", team_mate, None),
            ("elsewhere", stranger, other_tenant),
            ("of a stranger", stranger, None),
        ):
            ApiToken.issue(name=name, user=user, tenant=tenant, role=Role.VIEWER)
        html = text_of(page_of(client_of(owner), OF_TENANT))
        assert "2 active tokens" in html and "here" in html and "everywhere" in html
        assert "in all tenants of team_mate" in html
        assert "elsewhere" not in html and "stranger" not in html

    def test_a_tenants_page_says_when_a_token_was_last_used(self, client_of: ClientOf, owner: User) -> None:
        client = client_of(owner)
        api = Api(made_text(body(client.post(f"{OF_TENANT}make/", FORM))))
        assert "never used" in text_of(page_of(client, OF_TENANT))
        api.get("/tickets", tenant_id="acme")
        assert "last used just now" in text_of(page_of(client, OF_TENANT))

    def test_token_names_are_escaped(self, client_of: ClientOf, owner: User) -> None:
        client = client_of(owner)
        client.post(f"{OF_TENANT}make/", {**FORM, "name": "<script>alert(1)</script>"})
        assert "<script>alert" not in page_of(client, OF_TENANT)


class TestMyOwn:
    def test_a_viewer_makes_one_that_reads_and_cannot_make_one_that_runs(
        self, client_of: ClientOf, team_mate: User
    ) -> None:
        client = client_of(team_mate)
        text = made_text(body(client.post(f"{MINE}make/", {**FORM, "tenant": "acme"})))
        assert Api(text).call("GET", "/tickets", tenant_id="acme")[0] == 200
        refused = client.post(f"{MINE}make/", {**FORM, "name": "x", "tenant": "acme", "scope": "run"})
        assert refused.status_code == 422 and "needs the role “manager”. Your role is “viewer”" in body(refused)

    def test_a_token_of_ones_own_may_be_for_all_tenants_even_later_ones(
        self, client_of: ClientOf, team_mate: User, other_tenant: Tenant
    ) -> None:
        api = Api(made_text(body(client_of(team_mate).post(f"{MINE}make/", {**FORM, "scope": "run"}))))
        assert api.call("GET", "/tickets", tenant_id="globex")[0] == 404
        Membership.objects.create(user=team_mate, tenant=other_tenant, role=Role.MANAGER)
        assert api.call("POST", "/ingest/run", tenant_id="globex", wait=0)[0] == 202
        assert api.call("POST", "/ingest/run", tenant_id="acme", wait=0)[0] == 403

    def test_a_token_form_does_not_offer_tenants_of_others(
        self, client_of: ClientOf, team_mate: User, other_tenant: Tenant
    ) -> None:
        response = client_of(team_mate).post(f"{MINE}make/", {**FORM, "tenant": "globex"})
        assert response.status_code == 422 and ApiToken.objects.count() == 0
        assert "Globex" not in page_of(client_of(team_mate), MINE)

    def test_users_see_and_revoke_only_their_own_tokens(
        self, client_of: ClientOf, owner: User, team_mate: User
    ) -> None:
        token, _ = ApiToken.issue(name="secret plan", user=owner, tenant=None, role=Role.VIEWER)
        client = client_of(team_mate)
        assert "secret plan" not in page_of(client, MINE)
        client.post(f"{MINE}{token.pk}/revoke/")
        assert ApiToken.objects.get().revoked_at is None
        client_of(owner).post(f"{MINE}{token.pk}/revoke/")
        assert ApiToken.objects.get().revoked_at is not None

    def test_token_forms_need_the_csrf_token(self, owner: User) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(owner)
        for address in (f"{MINE}make/", f"{OF_TENANT}make/"):
            assert client.post(address, FORM).status_code == 403
        assert ApiToken.objects.count() == 0


class TestWorthNoMoreThanItsPerson:
    @pytest.fixture
    def api(self, owner: User, tenant: Tenant) -> Api:
        return Api(tokens.create_token(user=owner, tenant=tenant, name="x", scope=Scope.RUN, days=90)[1])

    def test_a_lost_role_holds_at_once(self, api: Api, owner: User, client_of: ClientOf, superuser: User) -> None:
        assert api.call("POST", "/ingest/run", tenant_id="acme", wait=0)[0] == 202
        Membership.objects.filter(user=owner).update(role=Role.VIEWER)
        assert api.call("POST", "/ingest/run", tenant_id="acme", wait=0)[0] == 403
        assert api.call("GET", "/tickets", tenant_id="acme")[0] == 200
        assert "Can only read, because the role of owner is viewer" in text_of(page_of(client_of(superuser), OF_TENANT))

    def test_a_lost_membership_holds_at_once(self, api: Api, owner: User, client_of: ClientOf, superuser: User) -> None:
        Membership.objects.filter(user=owner).delete()
        assert api.call("GET", "/tickets", tenant_id="acme")[0] == 404
        assert "owner is no longer a member of Acme" in text_of(page_of(client_of(superuser), OF_TENANT))

    def test_a_lost_account_holds_at_once(self, api: Api, owner: User, client_of: ClientOf, superuser: User) -> None:
        User.objects.filter(pk=owner.pk).update(is_active=False)
        assert api.call("GET", "/tickets", tenant_id="acme")[0] == 401
        assert "owner can no longer sign in" in text_of(page_of(client_of(superuser), OF_TENANT))

    def test_a_token_needs_no_csrf_and_leaves_no_session(self, api: Api) -> None:
        response = api.ask("POST", "/ingest/run", tenant_id="acme", wait=0)
        assert response.status_code == 202 and not response.cookies


def test_a_user_has_a_limited_number_of_active_tokens(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MOST_LIVE", 2)
    for name in "ab":
        tokens.create_token(user=owner, tenant=None, name=name, scope=Scope.READ, days=None)
    with pytest.raises(Rejected, match="You have 2 tokens"):
        tokens.create_token(user=owner, tenant=None, name="c", scope=Scope.READ, days=None)
    tokens.revoke_token(ApiToken.objects.get(name="a"))
    tokens.create_token(user=owner, tenant=None, name="a", scope=Scope.READ, days=None)


class TestThePasswordAgain:
    """A stolen session must not be able to create a token that outlives it."""

    @pytest.fixture
    def old(self, client_of: ClientOf, owner: User) -> Client:
        """A user who signed in an hour ago."""
        client = client_of(owner)
        session = client.session
        session["signed_in"] = {**session["signed_in"], "at": (clock.now() - timedelta(hours=1)).isoformat()}
        session.save()
        return client

    @pytest.mark.parametrize("address", [OF_TENANT, MINE])
    def test_the_password_is_asked_for_once_if_the_sign_in_was_long_ago(self, old: Client, address: str) -> None:
        assert 'name="password"' in page_of(old, address)
        for wrong in ({}, {"password": ""}, {"password": "wrong"}):
            refused = old.post(f"{address}make/", {**FORM, **wrong})
            assert refused.status_code == 422 and 'id="id_password_error"' in body(refused)
        assert not ApiToken.objects.exists()
        made_text(body(old.post(f"{address}make/", {**FORM, "password": PASSWORD})))
        assert 'name="password"' not in page_of(old, address)
        made_text(body(old.post(f"{address}make/", {**FORM, "name": "Another"})))

    def test_a_session_that_does_not_say_when_it_began_is_an_old_one(self, client_of: ClientOf, owner: User) -> None:
        client = client_of(owner)
        session = client.session
        del session["signed_in"]
        session.save()
        assert client.post(f"{MINE}make/", FORM).status_code == 422

    def test_guessing_the_confirmed_password_is_throttled(self, old: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        now = clock.now()
        monkeypatch.setattr("tenants.accounts.throttle.server_time", lambda _clock: now)
        answers = [body(old.post(f"{MINE}make/", {**FORM, "password": "wrong"})) for _ in range(7)]
        assert "Too many attempts" in answers[-1]
        assert "Too many attempts" in body(old.post(f"{MINE}make/", {**FORM, "password": PASSWORD}))

    def test_the_django_admin_also_confirms_the_password(self, client_of: ClientOf, superuser: User) -> None:
        client = client_of(superuser)
        session = client.session
        session["signed_in"] = {**session["signed_in"], "at": (clock.now() - timedelta(hours=1)).isoformat()}
        session.save()
        form = {"name": "t", "user": str(superuser.pk), "role": "viewer", "lifetime": "90"}
        address = "/admin/tenants/apitoken/add/"
        assert 'name="password"' in page_of(client, address)
        assert "This field is required" in body(client.post(address, form)) and not ApiToken.objects.exists()
        made_text(body(client.post(address, {**form, "password": PASSWORD})))
