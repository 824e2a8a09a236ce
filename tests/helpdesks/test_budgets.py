"""Which rate limits a request has to pass."""

import pytest

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.reliability.rate_limiter import COLLECTION, RateLimiter
from tests.helpdesk import ScriptedHelpdesk, answer
from tickets.helpdesks.budgets import Budgets
from tickets.helpdesks.http import HelpdeskHttp, HttpOptions, Meaning
from tickets.helpdesks.limits import DEFAULT_PAUSE_SECONDS
from tickets.helpdesks.options import rest_options

BASE = "https://help.example.com/desk"
FIELDS = {"id": "id", "created_at": "at"}


def budgets(by_path: dict[str, str], *, limit: int = 60, base_url: str = BASE) -> Budgets:
    return Budgets(RateLimiter("help.example.com", limit=limit, window_seconds=60), by_path, base_url=base_url)


def limits(found: tuple[RateLimiter, ...]) -> list[tuple[int, int]]:
    return [(each.limit, each.window_seconds) for each in found]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api/tickets", [(10, 60), (60, 60)]),
        ("/api/tickets?page=2&x=/api/users", [(10, 60), (60, 60)]),
        ("/api/tickets/7/comments", [(100, 30), (60, 60)]),
        ("/api/ticket", [(60, 60)]),
        ("/other/api/tickets", [(60, 60)]),
        ("", [(60, 60)]),
    ],
)
def test_the_longest_beginning_counts_beside_the_host(path: str, expected: list[tuple[int, int]]) -> None:
    found = budgets({"/api/tickets": "10/60", "/api/tickets/": "100/30"}).of(BASE + path)
    assert limits(found) == expected


def test_every_path_has_a_limiter_of_its_own_which_all_connections_share() -> None:
    first, second = (budgets({"/a": "10/60", "/b": "10/60"}) for _ in range(2))
    assert first.of(f"{BASE}/a")[0].host == second.of(f"{BASE}/a")[0].host
    assert first.of(f"{BASE}/a")[0].host != first.of(f"{BASE}/b")[0].host


@pytest.mark.parametrize(
    ("own", "limit", "expected"),
    [
        ("10/60", 60, [(10, 60)]),
        ("5/1", 60, [(60, 60)]),
        ("600/3600", 60, [(600, 3600), (60, 60)]),
        ("60/60", 60, [(60, 60)]),
        ("10/60", 0, [(10, 60)]),
        ("10/90", 0, [(10, 90), (0, 60)]),
    ],
)
def test_an_empty_beginning_only_lowers_the_limit_of_the_host(
    own: str, limit: int, expected: list[tuple[int, int]]
) -> None:
    found = budgets({"": own}, limit=limit).of(f"{BASE}/tickets")
    assert limits(found) == expected
    assert found[-1].host == "help.example.com"


def test_a_long_window_does_not_use_up_the_host_for_other_tenants(db: None) -> None:
    (own, host) = budgets({"": "2/86400"}).of(f"{BASE}/tickets")
    for _ in range(2):
        for each in (own, host):
            each.release(each.acquire("acme").slot or "")
    assert own.acquire("acme").slot is None
    assert own.acquire("acme").wait_seconds > 3600
    found = mongo.collection(COLLECTION).find_one({"_id": host.host})
    assert found is not None
    assert all((each["until"] - clock.now()).total_seconds() < 200 for each in found["slots"])


@pytest.mark.parametrize("path", ["/x@api.example.com", "/x@api.example.com:443", "@api.example.com", "/x]:80"])
def test_no_path_leads_to_the_limit_of_another_host(path: str) -> None:
    found = budgets({path: "1/99999"}).of(f"{BASE}{path}/tickets")
    assert found[0].host.startswith("help.example.com")
    assert found[0].host != found[1].host


@pytest.mark.parametrize("base_url", ["https://help.example.com", "https://help.example.com/"])
def test_a_base_without_a_path(base_url: str) -> None:
    found = budgets({"/api": "10/60"}, base_url=base_url.rstrip("/")).of("https://help.example.com/api/x")
    assert limits(found) == [(10, 60), (60, 60)]


@pytest.mark.parametrize(
    "text", ["10", "0/60", "10/0", "-1/60", "10/60/60", "a/b", "", "1e3/60", "١/60", "10 / 60", "9999999/60"]
)
def test_what_is_no_budget_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number of requests per seconds, such as 10/60"):
        rest_options("rest", {"path": "/t", "fields": FIELDS, "budgets": {"/t": text}})


def test_what_only_the_settings_take_for_a_limit_holds_up_no_other_tenant(db: None, helpdesk: ScriptedHelpdesk) -> None:
    answers = iter([answer({"message": "Slow down"}, 404), answer([])])
    helpdesk.script = lambda _path, _query: next(answers)
    waits: list[float] = []
    rule = Meaning(status=404, contains="slow", means="wait")
    http = HelpdeskHttp(
        base_url=helpdesk.url,
        tenant_id="acme",
        wait=lambda seconds, _reason: waits.append(seconds),
        options=HttpOptions(answers=[rule]),
    )
    assert http.get("/t").payload == []
    assert max(waits) == DEFAULT_PAUSE_SECONDS
    assert RateLimiter(http.host).acquire("other").slot is not None
