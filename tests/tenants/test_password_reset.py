"""A forgotten password, and one's own e-mail address."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from supportsaas import clock
from supportsaas.db import mongo
from tenants.accounts import password_reset
from tenants.credentials import second_factor
from tenants.members import password_link
from tenants.models import User
from tests.conftest import PASSWORD

NEW = "an altogether new pass phrase"
FORM = {"new_password1": NEW, "new_password2": NEW}


@pytest.fixture(autouse=True)
def _mail_is_set_up(settings: Any) -> None:
    settings.EMAIL_IS_SET = True
    settings.PUBLIC_URL = "https://support.example.com"


@pytest.fixture
def reachable(team_mate: User) -> User:
    team_mate.email = "mate@example.com"
    team_mate.save()
    return team_mate


def ask(client: Client, address: str, **more: Any) -> Any:
    answer = client.post("/login/forgot/", {"email": address}, **more)
    password_reset.sender().submit(lambda: None).result()  # what was asked for before is done
    return answer


def link_in(sent: Any) -> str:
    found = re.search(r"https://support\.example\.com(/\S+)", str(sent.body))
    assert found is not None, sent.body
    return found[1]


def test_a_link_by_mail_sets_a_password_once_and_signs_out_every_device(client: Client, reachable: User) -> None:
    device = Client()
    device.post("/login/", {"username": "team_mate", "password": PASSWORD})
    assert ask(client, "MATE@example.com").status_code == 200
    (sent,) = mail.outbox
    assert sent.to == ["mate@example.com"]
    link = link_in(sent)
    form = client.get(link, follow=True)
    assert client.post(form.redirect_chain[-1][0], FORM)["Location"] == "/login/"
    assert device.get("/account/").status_code == 302
    assert client.post("/login/", {"username": "team_mate", "password": NEW}).status_code == 302
    assert "no longer valid" in Client().get(link, follow=True).content.decode()


def test_the_answer_is_the_same_for_an_address_that_no_account_has(client: Client, reachable: User) -> None:
    def text(answer: Any) -> str:
        return re.sub(r'nonce="[^"]*"|value="[^"]*"', "", answer.content.decode())

    known, unknown = ask(client, "mate@example.com"), ask(client, "nobody@example.com")
    assert known.status_code == unknown.status_code and text(known) == text(unknown)
    assert len(mail.outbox) == 1


def test_the_host_header_has_no_say_in_the_link(client: Client, reachable: User, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    ask(client, "mate@example.com", headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in mail.outbox[0].body and link_in(mail.outbox[0])


def test_a_link_lasts_an_hour_and_ends_with_a_sign_in(
    client: Client, reachable: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = password_reset.reset_tokens.make_token(reachable)
    now = password_reset.reset_tokens._now()
    for minutes, is_valid in ((59, True), (61, False)):
        later = now + timedelta(minutes=minutes)
        monkeypatch.setattr(password_reset.ResetTokens, "_now", lambda self, later=later: later)
        assert password_reset.reset_tokens.check_token(reachable, token) is is_valid
    monkeypatch.undo()
    client.post("/login/", {"username": "team_mate", "password": PASSWORD})
    reachable.refresh_from_db()
    assert not password_reset.reset_tokens.check_token(reachable, token)


def test_a_link_of_an_invitation_is_none_for_a_reset(reachable: User) -> None:
    link = password_link(reachable).replace("/welcome/", "/login/reset/")
    assert "no longer valid" in Client().get(link, follow=True).content.decode()


def test_requests_are_limited_for_a_place_and_for_an_address(client: Client, reachable: User) -> None:
    answers = [ask(client, "mate@example.com").status_code for _ in range(12)]
    assert answers == [200] * 10 + [429] * 2
    assert len(mail.outbox) == password_reset.TO_ONE_ADDRESS_AN_HOUR


def test_two_factor_authentication_stays_after_a_reset(client: Client, reachable: User) -> None:
    factor = second_factor.start_setup(reachable)
    factor.confirmed_at = clock.now()
    factor.save()
    ask(client, "mate@example.com")
    form = client.get(link_in(mail.outbox[0]), follow=True)
    client.post(form.redirect_chain[-1][0], FORM)
    answer = client.post("/login/", {"username": "team_mate", "password": NEW})
    assert answer["Location"] == "/login/code/"


def test_without_mail_settings_the_page_says_whom_to_ask(client: Client, db: None, settings: Any) -> None:
    settings.EMAIL_IS_SET = False
    assert "Ask an admin" in client.get("/login/forgot/").content.decode()
    assert 'href="/login/forgot/"' in client.get("/login/").content.decode()


def signed_in() -> Client:
    client = Client()
    client.post("/login/", {"username": "team_mate", "password": PASSWORD})
    return client


def test_a_new_address_is_used_once_its_link_is_followed_and_the_former_is_notified(reachable: User) -> None:
    client = signed_in()
    form = {"first_name": "Ann", "last_name": "", "email": "new@example.com", "password": PASSWORD}
    assert client.post("/account/profile/", form).status_code == 302
    reachable.refresh_from_db()
    assert (reachable.first_name, reachable.email) == ("Ann", "mate@example.com")
    link = link_in(mail.outbox[0])
    assert mail.outbox[0].to == ["new@example.com"]
    assert client.get(link).status_code == 200
    reachable.refresh_from_db()
    assert reachable.email == "mate@example.com", "opening a link changes nothing"
    assert client.post(link).status_code == 302
    reachable.refresh_from_db()
    assert reachable.email == "new@example.com" and mail.outbox[1].to == ["mate@example.com"]
    assert client.post(link).status_code == 410
    entry = mongo.collection("audit_log").find_one({"changes.email.new": "new@example.com"})
    assert entry is not None and entry["actor"] == "team_mate"


def test_an_address_needs_the_password_and_its_link_the_same_account(reachable: User, owner: User) -> None:
    client = signed_in()
    wrong = {"first_name": "", "last_name": "", "email": "new@example.com", "password": "wrong"}
    assert client.post("/account/profile/", wrong).status_code == 422 and not mail.outbox
    client.post("/account/profile/", {**wrong, "password": PASSWORD})
    other = Client()
    other.post("/login/", {"username": "owner", "password": PASSWORD})
    assert other.post(link_in(mail.outbox[0])).status_code == 410
    owner.refresh_from_db()
    assert owner.email != "new@example.com"
