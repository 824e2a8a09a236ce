"""A user's account: password and sessions."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from supportsaas import clock
from supportsaas.db import mongo
from tenants.credentials.sessions import session_match
from tenants.models import ApiToken, PersonSession, Role, User
from tests.conftest import PASSWORD

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0"


def logged_in(name: str, agent: str = FIREFOX) -> Client:
    client = Client(headers={"User-Agent": agent})
    assert client.post("/login/", {"username": name, "password": PASSWORD}).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_the_page_lists_ones_own_devices_and_no_key_that_opens_a_session(team_mate: User, owner: User) -> None:
    here, there, foreign = logged_in("team_mate"), logged_in("team_mate", EDGE), logged_in("owner", "Strange/1.0")
    html = here.get("/account/").content.decode()
    assert "Firefox on Linux" in html and "Edge on Windows" in html and "127.0.0.1" in html
    assert "Strange" not in html
    for client in (here, there, foreign):
        assert str(client.session.session_key) not in html


def test_one_device_or_all_others_can_be_signed_out(team_mate: User) -> None:
    here, there, elsewhere = (logged_in("team_mate") for _ in range(3))
    handle = PersonSession.objects.get(pk=there.session.session_key).handle
    here.post("/account/sessions/", {"session": handle})
    assert (is_in(here), is_in(there), is_in(elsewhere)) == (True, False, True)
    here.post("/account/sessions/")
    assert (is_in(here), is_in(elsewhere)) == (True, False)


def test_users_cannot_end_sessions_of_others(team_mate: User, owner: User) -> None:
    mine, other = logged_in("team_mate"), logged_in("owner")
    handle = PersonSession.objects.get(pk=other.session.session_key).handle
    answer = mine.post("/account/sessions/", {"session": handle}, follow=True)
    assert "already signed out" in answer.content.decode()
    assert is_in(other)


def test_a_changed_password_keeps_this_device_alone(team_mate: User) -> None:
    here, there = logged_in("team_mate"), logged_in("team_mate")
    new = "an altogether new pass phrase"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert here.post("/account/password/", form)["Location"] == "/account/"
    assert (is_in(here), is_in(there)) == (True, False)
    assert PersonSession.objects.filter(user_key=str(team_mate.pk)).count() == 1
    assert not Client().login(username="team_mate", password=PASSWORD)


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"old_password": "wrong"}, "The password is not correct"),
        ({"new_password1": "short", "new_password2": "short"}, "at least 12 characters"),
        ({"new_password1": "123412341234123", "new_password2": "123412341234123"}, "entirely numeric"),
        ({"new_password1": "passwordpassword", "new_password2": "something else 1"}, "match"),
        ({"new_password1": "team_mate_team", "new_password2": "team_mate_team"}, "too similar to the username"),
    ],
)
def test_a_password_that_does_not_do_is_explained_at_its_field(
    team_mate: User, values: dict[str, str], complaint: str
) -> None:
    new = "an altogether new pass phrase"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new, **values}
    answer = logged_in("team_mate").post("/account/password/", form)
    assert answer.status_code == 422 and complaint in answer.content.decode()
    assert User.objects.get(pk=team_mate.pk).check_password(PASSWORD)


def test_when_a_device_was_last_used_is_kept_to_five_minutes(team_mate: User) -> None:
    client = logged_in("team_mate")
    row: Any = PersonSession.objects.filter(pk=client.session.session_key)
    for ago, is_noted in ((timedelta(minutes=4), False), (timedelta(minutes=6), True)):
        before = clock.now() - ago
        row.update(last_seen_at=before)
        client.get("/account/")
        assert (row.get().last_seen_at > before) == is_noted


def test_mongodb_deletes_expired_sessions(db: None) -> None:
    index = mongo.collection("tenants_personsession").index_information()["expire_date"]
    assert index["expireAfterSeconds"] == 0


def test_a_session_is_found_by_an_index_and_not_after_it_expired(team_mate: User) -> None:
    client = logged_in("team_mate")
    plan = mongo.collection("tenants_personsession").find(session_match(client.session.session_key)).explain()
    assert "IXSCAN" in str(plan["queryPlanner"]["winningPlan"]) and "COLLSCAN" not in str(plan)
    assert is_in(client)
    PersonSession.objects.update(expire_date=clock.now() - timedelta(seconds=1))
    assert not is_in(client)


def test_a_deactivated_user_is_signed_out_at_once(team_mate: User) -> None:
    client = logged_in("team_mate")
    team_mate.is_active = False
    team_mate.save()
    assert not is_in(client)


def test_a_command_creates_a_password_link_for_a_user_who_cannot_sign_in(team_mate: User, client: Client) -> None:
    open_one = logged_in("team_mate")
    out = StringIO()
    call_command("person", "password-link", "team_mate", stdout=out, stderr=StringIO())
    page = client.get(out.getvalue().strip(), follow=True)
    new = "an altogether new pass phrase"
    client.post(page.request["PATH_INFO"], {"new_password1": new, "new_password2": new})
    assert not is_in(open_one)
    assert client.login(username="team_mate", password=new)


class TestTokensThatOutliveAPassword:
    NEW = "an altogether new pass phrase"

    @pytest.fixture
    def tokens(self, team_mate: User, owner: User) -> dict[str, ApiToken]:
        return {
            name: ApiToken.issue(name=name, user=user, tenant=None, role=Role.VIEWER)[0]
            for name, user in (("mine", team_mate), ("also mine", team_mate), ("another's", owner))
        }

    def live(self) -> set[str]:
        return set(ApiToken.objects.filter(revoked_at=None).values_list("name", flat=True))

    def test_changing_the_password_revokes_ones_own_unless_one_unchecks_it(
        self, team_mate: User, tokens: dict[str, ApiToken]
    ) -> None:
        here = logged_in("team_mate")
        html = here.get("/account/password/").content.decode()
        assert "Also revoke your 2 tokens" in html and 'name="revoke_tokens" value="1" checked' in html
        form = {"old_password": PASSWORD, "new_password1": self.NEW, "new_password2": self.NEW}
        here.post("/account/password/", form)
        assert self.live() == set(tokens)
        form = {"old_password": self.NEW, "new_password1": PASSWORD, "new_password2": PASSWORD, "revoke_tokens": "1"}
        assert "2 tokens revoked" in here.post("/account/password/", form, follow=True).content.decode()
        assert self.live() == {"another's"}

    def test_a_rejected_password_change_revokes_no_tokens(self, team_mate: User, tokens: dict[str, ApiToken]) -> None:
        form = {"old_password": "wrong", "new_password1": self.NEW, "new_password2": self.NEW, "revoke_tokens": "1"}
        assert logged_in("team_mate").post("/account/password/", form).status_code == 422
        assert self.live() == set(tokens)

    def test_signing_out_all_other_devices_can_revoke_tokens(
        self, team_mate: User, tokens: dict[str, ApiToken]
    ) -> None:
        here, _ = logged_in("team_mate"), logged_in("team_mate")
        assert "revoke my 2 tokens" in here.get("/account/").content.decode()
        here.post("/account/sessions/")
        assert self.live() == set(tokens)
        here.post("/account/sessions/", {"revoke_tokens": "1"})
        assert self.live() == {"another's"}

    def test_a_command_ends_sessions_and_revokes_tokens(self, team_mate: User, tokens: dict[str, ApiToken]) -> None:
        here = logged_in("team_mate")
        call_command("person", "log-out", "team_mate", "--tokens", stdout=StringIO())
        assert not is_in(here) and self.live() == {"another's"}
