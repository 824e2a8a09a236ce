"""Two-factor authentication: set up, used, lost and turned off."""

import re
from collections.abc import Callable
from io import StringIO
from typing import Any

import pyotp
import pytest
import segno
from django.core.management import call_command
from django.test import Client

from supportsaas import clock as real_clock
from tenants.credentials import second_factor
from tenants.models import ApiToken, Membership, RecoveryCode, Role, SecondFactor, Tenant, User
from tests.conftest import PASSWORD, FakeClock, make_user

ClientOf = Callable[[User], Client]
SET_UP = "/account/two-factor/"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> FakeClock:
    """The web server's clock, which the test moves. It starts now, because sessions expire by the real clock."""
    clock.moment = real_clock.now()
    monkeypatch.setattr("supportsaas.clock.now", clock)
    return clock


def shown(user: User, clock: FakeClock) -> str:
    """The code in the user's app."""
    secret = SecondFactor.objects.get(user=user).typed_secret.replace(" ", "")
    return pyotp.TOTP(secret).at(clock())


def set_up(client: Client, user: User, clock: FakeClock) -> list[str]:
    client.post(SET_UP, {"do": "begin", "password": PASSWORD})
    html = client.post(SET_UP, {"do": "confirm", "code": shown(user, clock)}).content.decode()
    clock.advance(seconds=30)
    return re.findall(r"<li><code>([a-z0-9-]+)</code>", html)


def give_password(client: Client, **form: str) -> Any:
    return client.post("/login/", {"username": "team_mate", "password": PASSWORD, **form})


def give_code(client: Client, code: str) -> Any:
    return client.post("/login/code/", {"code": code})


@pytest.fixture
def codes(client_of: ClientOf, team_mate: User, clock: FakeClock) -> list[str]:
    """The user has a second factor. Returns the recovery codes."""
    return set_up(client_of(team_mate), team_mate, clock)


def test_the_qr_code_draws_the_dark_modules_and_no_others() -> None:
    text = "otpauth://totp/SupportSaaS:ada?secret=ABCDEFGHIJKLMNOP&issuer=SupportSaaS"
    code = second_factor.QrCode.of(text)
    drawn = [[0] * code.size for _ in range(code.size)]
    for left, row, length in re.findall(r"M(\d+) (\d+)\.5h(\d+)", code.lines):
        drawn[int(row)][int(left) : int(left) + int(length)] = [1] * int(length)
    assert drawn == [list(row) for row in segno.make(text, error="m").matrix_iter(border=4)]


def test_setting_up_asks_for_the_password_shows_a_qr_code_and_then_the_recovery_codes_once(
    client_of: ClientOf, team_mate: User, clock: FakeClock
) -> None:
    client = client_of(team_mate)
    assert "The password is not correct" in client.post(SET_UP, {"do": "begin", "password": "wrong"}).content.decode()
    assert not SecondFactor.objects.exists()
    html = client.post(SET_UP, {"do": "begin", "password": PASSWORD}, follow=True).content.decode()
    factor = SecondFactor.objects.get()
    assert "<svg" in html and "style=" not in html and factor.typed_secret in html
    assert factor.typed_secret.replace(" ", "") not in factor.encrypted_secret
    assert "The code is not correct" in client.post(SET_UP, {"do": "confirm", "code": "000000"}).content.decode()
    assert second_factor.find_factor(team_mate) is None
    codes = re.findall(
        r"<code>([a-z0-9-]+)</code>",
        client.post(SET_UP, {"do": "confirm", "code": shown(team_mate, clock)}).content.decode(),
    )
    assert len(set(codes)) == 10
    html = client.get(SET_UP).content.decode()
    assert "Two-factor authentication is on" in html and codes[0] not in html and factor.typed_secret not in html
    stored = {each.digest for each in RecoveryCode.objects.all()}
    assert not stored & set(codes)


def test_an_unconfirmed_second_factor_has_no_effect(client_of: ClientOf, client: Client, team_mate: User) -> None:
    client_of(team_mate).post(SET_UP, {"do": "begin", "password": PASSWORD})
    assert give_password(client)["Location"] == "/"
    assert client.get("/account/").status_code == 200


def test_the_password_alone_is_not_enough_with_a_second_factor(client: Client, codes: list[str]) -> None:
    assert give_password(client, next="/t/acme/tickets/")["Location"] == "/login/code/"
    assert client.get("/t/acme/tickets/").status_code == 302
    assert client.get("/tickets?tenant_id=acme").status_code == 401


def test_the_right_code_leads_to_the_requested_page(
    client: Client, team_mate: User, codes: list[str], clock: FakeClock
) -> None:
    give_password(client, next="/t/acme/tickets/")
    assert give_code(client, shown(team_mate, clock))["Location"] == "/t/acme/tickets/"
    assert client.get("/t/acme/tickets/").status_code == 200


def test_a_code_works_once(client: Client, team_mate: User, codes: list[str], clock: FakeClock) -> None:
    code = shown(team_mate, clock)
    give_password(client)
    assert give_code(client, code).status_code == 302
    other = Client()
    give_password(other)
    assert give_code(other, code).status_code == 422


@pytest.mark.parametrize(("seconds", "status"), [(-29, 302), (29, 302), (-90, 422), (90, 422)])
def test_a_clock_half_a_minute_off_is_fine_and_more_is_not(
    client: Client, team_mate: User, codes: list[str], clock: FakeClock, seconds: int, status: int
) -> None:
    clock.advance(seconds=300)
    code = shown(team_mate, clock)
    give_password(client)
    clock.advance(seconds=seconds)
    assert give_code(client, code).status_code == status


def test_a_recovery_code_works_once_in_any_spelling(client: Client, team_mate: User, codes: list[str]) -> None:
    give_password(client)
    assert give_code(client, f" {codes[3].upper().replace('-', ' ')} ").status_code == 302
    assert second_factor.count_recovery_codes(team_mate) == 9
    other = Client()
    give_password(other)
    assert give_code(other, codes[3]).status_code == 422


def test_guessing_codes_is_slowed_down_and_the_right_one_waits_too(
    client: Client, team_mate: User, codes: list[str], clock: FakeClock
) -> None:
    give_password(client)
    assert [give_code(client, "123").status_code for _ in range(5)] == [422] * 5
    answer = give_code(client, shown(team_mate, clock))
    assert answer.status_code == 429 and "Too many attempts" in answer.content.decode()


def test_a_pending_sign_in_ends_after_ten_minutes_or_a_password_change(
    client: Client, team_mate: User, codes: list[str], clock: FakeClock
) -> None:
    give_password(client)
    clock.advance(minutes=11)
    assert give_code(client, codes[0])["Location"] == "/login/"
    give_password(client)
    team_mate.set_password("another long password")
    team_mate.save()
    assert give_code(client, codes[0])["Location"] == "/login/"
    assert client.get("/account/").status_code == 302


def test_the_second_step_alone_redirects_to_the_first(client: Client, db: None) -> None:
    assert give_code(client, "123456")["Location"] == "/login/"


def test_new_recovery_codes_and_turning_it_off_need_the_password_and_a_code(
    client_of: ClientOf, team_mate: User, codes: list[str], clock: FakeClock
) -> None:
    client = client_of(team_mate)
    for do in ("codes", "off"):
        for form in (
            {"password": "wrong", "code": codes[0]},
            {"password": PASSWORD},
            {"password": PASSWORD, "code": "000000"},
        ):
            assert client.post(SET_UP, {"do": do, **form}).status_code == 422
            clock.advance(minutes=20)
    assert second_factor.count_recovery_codes(team_mate) == 10
    form = {"do": "codes", "password": PASSWORD, "code": shown(team_mate, clock)}
    html = client.post(SET_UP, form).content.decode()
    assert codes[0] not in html and html.count("<li><code>") == 10
    assert client.post(SET_UP, {**form, "do": "off"}).status_code == 422  # a code works once
    recovery = re.findall(r"<li><code>([a-z0-9-]+)</code>", html)[0]
    client.post(SET_UP, {"do": "off", "password": PASSWORD, "code": recovery})
    assert second_factor.find_factor(team_mate) is None and not RecoveryCode.objects.exists()


def test_a_lost_phone_is_helped_by_the_admin_and_by_a_command(
    client_of: ClientOf, superuser: User, team_mate: User, codes: list[str], clock: FakeClock
) -> None:
    form = {"action": "turn_off_second_factor", "_selected_action": [str(team_mate.pk)]}
    client_of(superuser).post("/admin/tenants/user/", form)
    assert second_factor.find_factor(team_mate) is None
    set_up(client_of(team_mate), team_mate, clock)
    call_command("person", "two-factor-off", "team_mate", stdout=StringIO())
    assert second_factor.find_factor(team_mate) is None


class TestRequiredForStaff:
    @pytest.fixture(autouse=True)
    def _required(self, settings: Any) -> None:
        settings.REQUIRE_TWO_FACTOR_FOR_STAFF = True

    def test_staff_without_a_second_factor_can_only_set_it_up(
        self, client_of: ClientOf, superuser: User, tenant: Any, clock: FakeClock
    ) -> None:
        client = client_of(superuser)
        for path in ("/", "/admin/", "/t/acme/tickets/"):
            assert client.get(path, headers={"Accept": "text/html"})["Location"] == SET_UP
        assert client.get("/tickets?tenant_id=acme", headers={"Accept": "application/json"}).status_code == 403
        set_up(client, superuser, clock)
        assert client.get("/admin/").status_code == 200

    def test_superusers_without_admin_access_also_need_a_second_factor(self, client_of: ClientOf, tenant: Any) -> None:
        user = make_user("hidden_root", is_superuser=True)
        assert client_of(user).get("/t/acme/tickets/", headers={"Accept": "text/html"})["Location"] == SET_UP

    def test_tokens_of_staff_without_a_second_factor_do_not_work(
        self, client_of: ClientOf, tenant: Tenant, superuser: User, team_mate: User, clock: FakeClock
    ) -> None:
        tokens = {user: ApiToken.issue(name="t", user=user, tenant=None, role=Role.ADMIN)[1] for user in
                  (superuser, team_mate)}  # fmt: skip

        def status(user: User) -> int:
            headers = {"Authorization": f"Bearer {tokens[user]}"}
            return Client().get("/tickets?tenant_id=acme", headers=headers).status_code

        assert (status(superuser), status(team_mate)) == (403, 200)
        set_up(client_of(superuser), superuser, clock)
        assert status(superuser) == 200

    def test_a_session_from_before_the_second_factor_is_asked_to_sign_in_again(
        self, client_of: ClientOf, superuser: User, clock: FakeClock
    ) -> None:
        set_up(client_of(superuser), superuser, clock)
        html = client_of(superuser).get("/", headers={"Accept": "text/html"}, follow=True).content.decode()
        assert "sign in with a code" in html

    def test_users_without_special_rights_need_no_second_factor(self, client_of: ClientOf, team_mate: User) -> None:
        assert client_of(team_mate).get("/t/acme/tickets/").status_code == 200


class TestRequiredForAdmins:
    @pytest.fixture(autouse=True)
    def _required(self, settings: Any) -> None:
        settings.REQUIRE_TWO_FACTOR_FOR_ADMINS = True

    def test_tenant_admins_and_staff_need_a_second_factor(
        self, client_of: ClientOf, owner: User, superuser: User, manager: User, clock: FakeClock
    ) -> None:
        for user in (owner, superuser):
            client = client_of(user)
            assert client.get("/t/acme/tickets/", headers={"Accept": "text/html"})["Location"] == SET_UP
            set_up(client, user, clock)
            assert client.get("/t/acme/tickets/").status_code == 200
        assert client_of(manager).get("/t/acme/tickets/").status_code == 200

    def test_a_user_who_becomes_admin_needs_a_second_factor_from_then_on(
        self, client_of: ClientOf, tenant: Tenant, manager: User
    ) -> None:
        client = client_of(manager)
        assert client.get("/t/acme/tickets/").status_code == 200
        Membership.objects.filter(user=manager).update(role=Role.ADMIN)
        assert client.get("/t/acme/tickets/", headers={"Accept": "text/html"})["Location"] == SET_UP
