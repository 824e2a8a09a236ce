"""Guessing gets slower and slower, but the account's owner can always sign in."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import Client

from supportsaas.db import mongo
from tenants.accounts.throttle import TooManyAttempts, begin_attempt
from tenants.models import User
from tests.conftest import PASSWORD, FakeClock

pytestmark = pytest.mark.usefixtures("db")


def fail(times: int, clock: FakeClock, *, name: str = "ann", address: str = "203.0.113.7") -> list[int]:
    """Make wrong guesses, each as soon as allowed. Returns the total wait in seconds."""
    waits = []
    for _ in range(times):
        waited = 0
        while True:
            try:
                begin_attempt(name, address, clock=clock)
                break
            except TooManyAttempts as refused:
                waited += refused.seconds
                clock.advance(seconds=refused.seconds)
        waits.append(waited)
    return waits


def test_the_wait_doubles_up_to_a_quarter_of_an_hour(clock: FakeClock) -> None:
    waits = fail(18, clock)
    assert waits[:9] == [0, 0, 0, 0, 0, 1, 2, 4, 8]
    assert waits[-2:] == [900, 900]


def test_an_attempt_that_comes_too_early_is_not_checked_and_does_not_count(clock: FakeClock) -> None:
    fail(5, clock)
    for _ in range(20):
        with pytest.raises(TooManyAttempts) as refused:
            begin_attempt("ann", "203.0.113.7", clock=clock)
        assert refused.value.seconds == 1
    clock.advance(seconds=1)
    begin_attempt("ann", "203.0.113.7", clock=clock)


def test_a_successful_sign_in_resets_the_count(clock: FakeClock) -> None:
    fail(4, clock)
    begin_attempt("ann", "203.0.113.7", clock=clock).succeed(clock=clock)
    assert fail(5, clock) == [0, 0, 0, 0, 0]


def test_simultaneous_attempts_gain_nothing(clock: FakeClock) -> None:
    def guess(_: int) -> bool:
        try:
            begin_attempt("ann", "203.0.113.7", clock=clock)
            return True
        except TooManyAttempts:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(guess, range(60))) == 5


def test_one_address_trying_many_names_is_slowed_down(clock: FakeClock) -> None:
    waits = [fail(1, clock, name=f"person{number}")[0] for number in range(36)]
    assert waits[:30] == [0] * 30
    assert waits[30:] == [1, 2, 4, 8, 16, 32]


def test_a_neighbour_in_the_same_ipv6_network_is_the_same_client(clock: FakeClock) -> None:
    fail(5, clock, address="2001:db8::1")
    with pytest.raises(TooManyAttempts):
        begin_attempt("ann", "2001:db8::2", clock=clock)
    begin_attempt("ann", "2001:db8:0:1::1", clock=clock)


def test_guesses_from_everywhere_slow_the_name_down_but_not_its_owner(clock: FakeClock) -> None:
    begin_attempt("ann", "198.51.100.1", clock=clock).succeed(clock=clock)
    for number in range(62):
        fail(1, clock, address=f"203.0.113.{number}")
    with pytest.raises(TooManyAttempts) as refused:
        begin_attempt("ann", "203.0.113.200", clock=clock)
    assert 1 < refused.value.seconds <= 300
    begin_attempt("ann", "198.51.100.1", clock=clock).succeed(clock=clock)
    clock.advance(minutes=5)
    begin_attempt("ann", "203.0.113.200", clock=clock)


def test_wrong_attempts_with_invented_names_do_not_delay_a_name_known_at_the_address(clock: FakeClock) -> None:
    begin_attempt("ann", "203.0.113.7", clock=clock).succeed(clock=clock)
    for number in range(43):
        fail(1, clock, name=f"invented{number}")
    with pytest.raises(TooManyAttempts):
        begin_attempt("somebody new", "203.0.113.7", clock=clock)
    begin_attempt("ann", "203.0.113.7", clock=clock).succeed(clock=clock)


def test_guesses_from_a_users_own_address_do_not_delay_their_known_device(
    clock: FakeClock,
) -> None:
    begin_attempt("ann", "203.0.113.7", clock=clock).succeed(device="ann's laptop", clock=clock)
    fail(20, clock)
    with pytest.raises(TooManyAttempts):
        begin_attempt("ann", "203.0.113.7", clock=clock)
    with pytest.raises(TooManyAttempts):
        begin_attempt("ann", "203.0.113.7", device="another device", clock=clock)
    for address in ("203.0.113.7", "198.51.100.99", ""):
        begin_attempt("ann", address, device="ann's laptop", clock=clock).succeed(device="ann's laptop", clock=clock)


def test_a_sign_in_on_a_known_device_gives_guessers_elsewhere_no_new_attempts(clock: FakeClock) -> None:
    begin_attempt("ann", "203.0.113.7", clock=clock).succeed(device="ann's laptop", clock=clock)
    fail(6, clock)
    begin_attempt("ann", "203.0.113.7", device="ann's laptop", clock=clock).succeed(device="ann's laptop", clock=clock)
    assert fail(1, clock)[0] > 0


def test_guessing_on_a_stolen_device_is_slow(clock: FakeClock) -> None:
    begin_attempt("ann", "203.0.113.7", clock=clock).succeed(device="stolen", clock=clock)
    for _ in range(5):
        begin_attempt("ann", "198.51.100.1", device="stolen", clock=clock)
    with pytest.raises(TooManyAttempts):
        begin_attempt("ann", "198.51.100.1", device="stolen", clock=clock)
    with pytest.raises(TooManyAttempts):  # and the device is known for no other name
        for _ in range(7):
            begin_attempt("root", "198.51.100.1", device="stolen", clock=clock)


def test_guessing_at_many_names_known_at_one_address_is_slowed_down(clock: FakeClock) -> None:
    for number in range(110):
        begin_attempt(f"person{number}", "203.0.113.7", clock=clock).succeed(clock=clock)
        clock.advance(minutes=1)
    waits = [fail(1, clock, name=f"person{number}")[0] for number in range(110)]
    assert waits[:100] == [0] * 100 and waits[-1] == 60


def test_other_networks_of_the_same_ipv6_customer_do_not_count_as_new_clients(clock: FakeClock) -> None:
    """A /48 holds 65,536 networks of /64."""
    waits = [fail(1, clock, name=f"name{n}", address=f"2001:db8:7:{n:x}::1")[0] for n in range(0, 0xFFFF, 200)]
    assert waits[:300] == [0] * 300 and waits[302] > waits[301] > 0
    begin_attempt("neighbour", "2001:db8:8::1", clock=clock)


def test_an_ipv4_address_written_as_ipv6_is_the_same_client_and_no_other(clock: FakeClock) -> None:
    fail(5, clock, address="203.0.113.7")
    with pytest.raises(TooManyAttempts):
        begin_attempt("ann", "::ffff:203.0.113.7", clock=clock)
    begin_attempt("ann", "::ffff:203.0.113.8", clock=clock)


def test_attempts_are_forgotten_after_a_day(clock: FakeClock) -> None:
    fail(12, clock)
    clock.advance(hours=25)
    assert fail(5, clock) == [0] * 5


def test_neither_names_nor_addresses_are_stored(clock: FakeClock) -> None:
    fail(2, clock)
    stored = str(list(mongo.collection("sign_in_attempts").find()))
    assert "ann" not in stored and "203.0.113" not in stored


class TestPage:
    @pytest.fixture(autouse=True)
    def _no_time_passes(self, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tenants.accounts.throttle.server_time", lambda _clock: clock())

    def wrong(self, client: Client, **form: str) -> int:
        return client.post("/login/", {"username": "team_mate", "password": "wrong", **form}).status_code

    def test_the_sign_in_page_says_how_long_to_wait_even_with_the_right_password(
        self, client: Client, team_mate: User
    ) -> None:
        assert [self.wrong(client) for _ in range(5)] == [200] * 5
        answer = client.post("/login/", {"username": "team_mate", "password": PASSWORD})
        assert answer.status_code == 429
        assert int(answer["Retry-After"]) >= 1
        assert "Too many attempts. Wait" in answer.content.decode()

    def test_a_regular_user_can_sign_in_after_43_wrong_attempts_by_strangers(
        self, client: Client, team_mate: User
    ) -> None:
        right = {"username": "team_mate", "password": PASSWORD}
        assert client.post("/login/", right).status_code == 302
        client.post("/logout/")
        answers = {self.wrong(Client(), username=f"invented{number}") for number in range(43)}
        answers |= {self.wrong(Client()) for _ in range(8)}
        assert answers == {200, 429}
        assert Client().post("/login/", right).status_code == 429
        assert client.post("/login/", right).status_code == 302

    def test_the_cookie_of_a_device_names_nobody_and_lets_nobody_in(self, client: Client, team_mate: User) -> None:
        cookie = client.post("/login/", {"username": "team_mate", "password": PASSWORD}).cookies["device"]
        assert cookie["httponly"] and cookie["samesite"] == "Lax" and len(cookie.value) == 43
        other = Client()
        other.cookies["device"] = cookie.value
        assert other.get("/account/").status_code == 302

    @pytest.mark.parametrize("sent", ["", "x", "$ne", "a" * 5000, "ä" * 43])
    def test_an_invented_device_is_unknown(self, client: Client, team_mate: User, sent: str) -> None:
        client.cookies["device"] = sent
        assert [self.wrong(client) for _ in range(6)] == [200] * 5 + [429]

    def test_unknown_names_are_throttled_like_known_ones(self, client: Client, team_mate: User) -> None:
        assert [self.wrong(client, username="nobody") for _ in range(6)] == [200] * 5 + [429]

    def test_the_django_admin_uses_the_throttled_sign_in(self, client: Client, superuser: User) -> None:
        answer = client.get("/admin/tenants/user/", follow=True)
        assert answer.request["PATH_INFO"] == "/login/"
        form = {"username": "root", "password": PASSWORD}
        assert client.post(f"/login/?{answer.request['QUERY_STRING']}", form)["Location"] == "/admin/tenants/user/"
        assert Client().post("/admin/login/", form).status_code == 302
        assert "sessionid" not in Client().post("/admin/login/", form).cookies

    def test_an_operator_as_a_name_finds_nobody(self, client: Client, team_mate: User) -> None:
        answer = client.post("/login/", {"username[$ne]": "x", "password[$ne]": "x"})
        assert answer.status_code == 200 and "_auth_user_id" not in client.session

    def test_confirming_the_password_is_throttled(self, client_of: Callable[[User], Client], team_mate: User) -> None:
        client = client_of(team_mate)
        form = {"old_password": "wrong", "new_password1": "a long new password", "new_password2": "a long new password"}
        said = [client.post("/account/password/", form).content.decode() for _ in range(6)]
        assert "password is not correct" in said[0] and "Too many attempts" in said[5]
