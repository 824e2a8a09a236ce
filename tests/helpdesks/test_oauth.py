"""OAuth 2 towards a helpdesk: lifetimes, rotation, several processes at once, and hostile answers."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportsaas import clock
from tenants.models import Tenant
from tests.helpdesk import answer
from tests.helpdesks.vendors.vendor import Request, Vendor, VendorTicket
from tests.loopback_server import Answer
from tickets.helpdesks.base import SourceError
from tickets.helpdesks.http import HelpdeskHttp
from tickets.helpdesks.model import HelpdeskToken, Source
from tickets.helpdesks.oauth import RENEWED_BEFORE, USUAL_LIFETIME, Client, _lifetime, oauth

SECRET = "the-secret-of-the-client"
HOUR = timedelta(hours=1)
WITHOUT_LIFETIME: list[Any] = [
    None, 0, -5, True, False, "soon", "", "-1", [], {}, float("nan"), float("inf"), 1e12, "9" * 50
]  # fmt: skip


class Server(Vendor):
    """Accepts the last token that it issued. `issue` makes the response to the n-th token request."""

    kind = "oauth"
    open_status = closed_status = ""

    def __init__(self) -> None:
        super().__init__()
        self.valid = ""
        self.issue: Callable[[int, Request], Any] = lambda number, _: {"access_token": f"T{number}", "expires_in": 3600}
        self.asked: list[Request] = []
        self._lock = threading.Lock()

    def is_allowed(self, request: Request) -> bool:
        is_valid = bool(self.valid) and request.headers.get("authorization") == f"Bearer {self.valid}"
        return request.path == "/oauth/token" or is_valid

    def answer(self, request: Request) -> Answer:
        if request.path != "/oauth/token":
            return answer([])
        with self._lock:
            self.asked.append(request)
            made = self.issue(len(self.asked), request)
            if isinstance(made, tuple):
                return made
            self.valid = made.get("access_token", "") if isinstance(made, dict) else ""
            return answer(made)

    def expected(self, ticket: VendorTicket) -> dict[str, Any]:
        return {}


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def key(tenant: Tenant, server: Server) -> Any:
    return Source.objects.create(tenant=tenant, kind="rest", url=server.url, auth="oauth2").pk


def client(server: Server, **values: Any) -> Client:
    return Client(
        **{"token_url": f"{server.url}/oauth/token", "client_id": "app", "secret": SECRET, "headers": {}, **values}
    )


def connect(server: Server, *, key: Any, **values: Any) -> HelpdeskHttp:
    credential = oauth(client(server, **values), key=key)
    return HelpdeskHttp(
        base_url=server.url, credential=credential, tenant_id="acme", wait=lambda _seconds, _reason: None
    )


@pytest.mark.parametrize(
    ("seconds", "life"),
    [
        (3600, HOUR),
        ("3600", HOUR),
        (3600.5, timedelta(seconds=3600.5)),
        (172_800, timedelta(days=2)),
        *((each, USUAL_LIFETIME) for each in WITHOUT_LIFETIME),
    ],
)
def test_a_token_is_renewed_before_it_ends(seconds: Any, life: timedelta) -> None:
    assert _lifetime({"expires_in": seconds}) == life - RENEWED_BEFORE


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.lists(st.integers())))
def test_any_lifetime_is_usable(seconds: Any) -> None:
    used = _lifetime({"expires_in": seconds})
    assert timedelta() < used < timedelta(days=20_000)
    if isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < 480:
        assert used == timedelta(seconds=seconds) * 3 / 4


def test_the_client_identifies_itself_in_a_form_in_json_or_by_basic(server: Server, key: Any) -> None:
    for style in ("form", "json", "basic"):
        connect(server, key=None, style=style, scope="read write").get("/t")
    in_form, in_json, by_basic = server.asked
    own = {"client_id": "app", "client_secret": SECRET}
    common = {"grant_type": "client_credentials", "scope": "read write"}
    assert in_form.headers["content-type"] == "application/x-www-form-urlencoded"
    assert in_json.headers["content-type"] == "application/json"
    assert in_form.body == in_json.body == {**common, **own}
    assert by_basic.body == common
    sent = by_basic.headers["authorization"].removeprefix("Basic ")
    assert base64.b64decode(sent).decode() == f"app:{SECRET}"


def test_one_token_serves_many_requests_and_connections(server: Server, key: Any) -> None:
    for _ in range(3):
        http = connect(server, key=key)
        http.get("/t")
        http.get("/t")
    assert len(server.asked) == 1


def test_many_at_once_request_one_token(server: Server, key: Any) -> None:
    """Each has objects of its own, as another process has; they share the database only."""
    server.issue = lambda number, _: {"access_token": f"T{number}"}
    problems: list[BaseException] = []

    def work() -> None:
        try:
            connect(server, key=key).get("/t")
        except BaseException as error:
            problems.append(error)

    for _ in range(2):  # at first, and after the token has ended
        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not problems
        HelpdeskToken.objects.update(renew_at=clock.now() - timedelta(seconds=1))
    assert len(server.asked) == 2


def test_a_rejected_token_is_renewed_once_and_not_again_and_again(server: Server, key: Any) -> None:
    http = connect(server, key=key)
    http.get("/t")
    server.valid = "another one"
    http.get("/t")
    assert len(server.asked) == 2
    server.issue = lambda number, _: answer({"access_token": f"useless-{number}"})
    server.valid = ""
    with pytest.raises(SourceError) as refused:
        http.get("/t")
    assert refused.value.code == "refused_login"
    assert len(server.asked) == 3


def test_each_new_refresh_token_is_kept_and_the_one_before_never_sent_again(server: Server, key: Any) -> None:
    server.issue = lambda number, _: {"access_token": f"A{number}", "refresh_token": f"R{number}", "expires_in": 3600}
    for _ in range(3):
        connect(server, key=key, grant="refresh_token", secret=f"{SECRET} R0").get("/t")
        HelpdeskToken.objects.update(renew_at=clock.now() - timedelta(seconds=1))
    assert [each.body["refresh_token"] for each in server.asked] == ["R0", "R1", "R2"]
    assert all(each.body["client_secret"] == SECRET for each in server.asked)


def test_a_refresh_token_stays_if_no_new_one_comes(server: Server, key: Any) -> None:
    for _ in range(2):
        connect(server, key=key, grant="refresh_token", secret="only-the-refresh-token").get("/t")
        HelpdeskToken.objects.update(renew_at=clock.now() - timedelta(seconds=1))
    assert [each.body["refresh_token"] for each in server.asked] == ["only-the-refresh-token"] * 2
    assert all("client_secret" not in each.body for each in server.asked)


def test_a_new_refresh_token_is_stored_before_the_access_token_is_used(server: Server, key: Any) -> None:
    server.issue = lambda _number, _request: {"access_token": "A1", "refresh_token": "R1"}
    stored_when_used: list[bool] = []

    def look(request: Request) -> None:
        if request.path == "/t":
            stored_when_used.append(HelpdeskToken.objects.filter(source_id=key).exists())

    server.after = look
    connect(server, key=key, grant="refresh_token", secret="R0").get("/t")
    assert stored_when_used == [True]


def test_a_refresh_token_that_has_ended_says_to_connect_again(server: Server, key: Any) -> None:
    server.issue = lambda _number, _request: answer(
        {"error": "invalid_grant", "error_description": "It has ended."}, 400
    )
    with pytest.raises(SourceError) as refused:
        connect(server, key=key, grant="refresh_token", secret="R0-of-the-test").get("/t")
    assert refused.value.code == "refused_login"
    assert "It has ended." in str(refused.value)
    assert str(refused.value).endswith("Connect it again.")


@pytest.mark.parametrize(
    "change", [{"client_id": "other"}, {"secret": "another-secret"}, {"scope": "write"}, {"token_url": "/other"}]
)
def test_tokens_of_other_settings_are_not_used(server: Server, key: Any, change: dict[str, str]) -> None:
    connect(server, key=key).get("/t")
    if "token_url" in change:
        change = {"token_url": f"{server.url}/oauth/token?of=other"}
    connect(server, key=key, **change).get("/t")
    assert len(server.asked) == 2
    assert HelpdeskToken.objects.count() == 1


def test_tokens_that_cannot_be_decrypted_are_requested_again(server: Server, key: Any) -> None:
    connect(server, key=key).get("/t")
    HelpdeskToken.objects.update(encrypted_tokens="not encrypted with this key")
    connect(server, key=key).get("/t")
    assert len(server.asked) == 2


def test_tokens_are_kept_encrypted(server: Server, key: Any) -> None:
    server.issue = lambda _number, _request: {
        "access_token": "access-of-the-test",
        "refresh_token": "refresh-of-the-test",
    }
    connect(server, key=key).get("/t")
    kept = str(HelpdeskToken.objects.values().get())
    assert not any(each in kept for each in ("access-of-the-test", "refresh-of-the-test", SECRET))


HOSTILE: list[Any] = [
    {},
    [],
    "text",
    None,
    7,
    {"access_token": None},
    {"access_token": ""},
    {"access_token": 7},
    {"access_token": ["a"]},
    {"access_token": "tökén"},
    {"access_token": "a\r\nX-Evil: 1"},
    {"access_token": "a\nb"},
    {"access_token": "a\0b"},
    {"access_token": " "},
    {"token": "a"},
]


@pytest.mark.parametrize("payload", HOSTILE, ids=repr)
def test_what_is_no_token_gives_a_sentence_and_is_not_stored(server: Server, key: Any, payload: Any) -> None:
    server.issue = lambda _number, _request: answer(payload)
    with pytest.raises(SourceError) as refused:
        connect(server, key=key).get("/t")
    assert refused.value.code in ("refused_login", "unexpected_answer")
    assert "returned no access token" in str(refused.value)
    assert not HelpdeskToken.objects.exists()
    assert all("x-evil" not in each.headers for each in server.requests)


@pytest.mark.parametrize(
    ("status", "headers", "body", "code"),
    [
        (400, {"Content-Type": "application/json"}, json.dumps({"error": f"bad {SECRET}"}).encode(), "refused_login"),
        (401, {"Content-Type": "text/plain"}, f"no client with {SECRET}".encode(), "refused_login"),
        (403, {"Content-Type": "text/html"}, b"<html>no</html>", "refused_login"),
        (302, {"Location": "https://elsewhere.example.com/"}, b"", "refused_login"),
        (200, {"Content-Type": "text/html"}, b"<html>Sign in</html>", "unexpected_answer"),
        (200, {"Content-Type": "application/json"}, b'{"access_token": "cut', "unexpected_answer"),
        (200, {"Content-Type": "application/json"}, b"[" * 100_000, "unexpected_answer"),
        (200, {"Content-Type": "application/json"}, b'{"a": "' + b"x" * 200_000 + b'"}', "unexpected_answer"),
        (500, {}, b"", "server_error"),
        (429, {"Retry-After": "0"}, b"", "server_error"),
    ],
)
def test_other_answers_give_a_sentence_without_the_secret(
    server: Server, key: Any, status: int, headers: dict[str, str], body: bytes, code: str
) -> None:
    server.issue = lambda _number, _request: (status, headers, body)
    with pytest.raises(SourceError) as refused:
        connect(server, key=key).get("/t")
    assert refused.value.code == code
    assert SECRET not in str(refused.value)
    assert len(str(refused.value)) < 600


def test_an_address_of_tokens_that_nobody_answers_is_named(server: Server, key: Any) -> None:
    with pytest.raises(SourceError, match=r"No access token from 127\.0\.0\.1:9") as refused:
        connect(server, key=key, token_url="http://127.0.0.1:9/token").get("/t")
    assert refused.value.code == "unreachable"


def test_the_token_in_use_is_hidden_in_what_the_helpdesk_says(server: Server, key: Any) -> None:
    server.issue = lambda _number, _request: {"access_token": "access-of-the-test"}
    http = connect(server, key=key)
    http.get("/t")
    assert http.hide("error for access-of-the-test and the-secret-of-the-client") == "error for … and …"


def test_a_token_is_only_sent_to_the_helpdesk_itself(server: Server, key: Any) -> None:
    http = connect(server, key=key)
    http.get("/t")
    with pytest.raises(SourceError, match="points to another host"):
        http.get("https://elsewhere.example.com/t")
    assert httpx.URL(server.url).host == "127.0.0.1"
