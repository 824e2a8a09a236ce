"""How lists of real helpdesks end, and what is not an end."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from supportsaas.reliability.rate_limiter import RateLimiter
from tenants.models import Tenant
from tests.helpdesk import ScriptedHelpdesk, answer
from tests.listed import PAGINGS, SIZE, ListedHelpdesk, ingest, live, warned
from tests.loopback_server import Answer
from tickets import jobs
from tickets.helpdesks.model import Source

pytestmark = pytest.mark.usefixtures("db")

NUMBERS = ("offset", "page")
ENDS: dict[str, Callable[[], Answer]] = {
    "an empty list": lambda: answer({"items": []}),
    "null": lambda: answer({"items": None}),
    "an empty object": lambda: answer({"items": {}}),
    "no list": lambda: answer({}),
    "no list but a sentence": lambda: answer({"message": "No more tickets"}),
    "a null body": lambda: answer(b"null"),
    "204": lambda: (204, {}, b""),
    "404": lambda: answer({"detail": "Invalid page."}, 404),
    "400": lambda: answer({"code": "invalid_page_number"}, 400),
    "416": lambda: answer({}, 416),
    "422": lambda: answer({"errors": ["page is out of range"]}, 422),
    "an empty list without an error": lambda: answer({"items": [], "error": None, "errors": [], "success": True}),
}


@pytest.fixture(autouse=True)
def _unlimited(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RATE_LIMIT_REQUESTS = 0
    monkeypatch.setattr(RateLimiter, "hold_back", lambda _self, _seconds: None)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("paging", NUMBERS)
@pytest.mark.parametrize("tickets", [35, 30])
def test_a_list_ends_after_its_last_page(
    end: str, paging: str, tickets: int, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    listed = ListedHelpdesk(helpdesk, paging=paging, tickets=tickets)
    listed.beyond = ENDS[end]
    listed.connect(tenant)
    assert ingest(tenant).status == "completed"
    assert live(tenant) == listed.ids
    del listed.tickets[3]
    outcome = ingest(tenant)
    assert (outcome.status, outcome.progress.counts.deleted) == ("completed", 1)


@pytest.mark.parametrize("paging", NUMBERS)
@pytest.mark.parametrize("tickets", [35, 30, 9, 1])
def test_a_list_whose_last_page_is_repeated_ends(
    paging: str, tickets: int, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    listed = ListedHelpdesk(helpdesk, paging=paging, tickets=tickets)
    last = (tickets - 1) // SIZE * SIZE
    listed.beyond = lambda: answer({"items": listed.tickets[last:]})
    if tickets < 2:  # nothing tells it from a helpdesk that ignores which page is asked for
        listed.total = lambda all_, _page: len(all_)
    listed.connect(tenant)
    outcome = ingest(tenant)
    assert outcome.status == "completed", outcome
    assert live(tenant) == listed.ids
    assert listed.asked <= tickets // SIZE + 6


@pytest.mark.parametrize("leads_to", ["itself", "itself in full", "the page before", "the first page", "a dead end"])
@pytest.mark.parametrize("tickets", [35, 30])
def test_a_last_page_may_link_to_a_missing_page(
    leads_to: str, tickets: int, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    listed = ListedHelpdesk(helpdesk, paging="next", tickets=tickets)
    last = (tickets - 1) // SIZE + 1
    place = {
        "itself": f"?page={last}",
        "itself in full": f"{helpdesk.url}/items?page={last}",
        "the page before": f"/items?page={last - 1}",
        "the first page": "?page=1",
        "a dead end": f"?page={last + 1}",
    }[leads_to]
    listed.instead = lambda number, page: answer({"items": page, "next": place}) if number == last else None
    listed.beyond = lambda: answer({"detail": "Invalid page."}, 404)
    listed.connect(tenant)
    assert ingest(tenant).status == "completed"
    assert live(tenant) == listed.ids
    assert listed.asked <= 2 * last + 4


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("success is false", {"items": [], "success": False}),
        ("success is the word false", {"items": [], "success": "false"}),
        ("ok is false", {"items": [], "ok": False, "error": "ratelimited"}),
        ("an error", {"items": [], "error": "database is locked"}),
        ("an error with a text within", {"items": [], "error": {"code": 17, "message": "timed out"}}),
        ("errors", {"items": None, "errors": [{"detail": "shard 3 failed"}]}),
        ("its status is error", {"items": [], "status": "error", "message": "try later"}),
        ("its status is a number", {"items": [], "status": 500}),
        ("its head says it", {"items": [], "meta": {"status": "failed"}}),
        ("no list and an error", {"errorMessages": ["The search failed"]}),
    ],
)
@pytest.mark.parametrize("paging", PAGINGS)
def test_an_empty_response_with_an_error_is_not_the_end_of_the_list(
    name: str, body: dict[str, Any], paging: str, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    listed = ListedHelpdesk(helpdesk, paging=paging)
    listed.connect(tenant)
    ingest(tenant)
    listed.instead = lambda number, _page: answer(body) if number == 4 else None
    outcome = ingest(tenant)
    assert outcome.status == "failed", name
    assert outcome.error is not None and outcome.error["code"] == "failed_answer"
    assert live(tenant) == listed.ids


@pytest.mark.parametrize("status", [400, 404])
@pytest.mark.parametrize("paging", PAGINGS)
def test_an_error_on_the_first_page_is_not_the_end_of_the_list(
    status: int, paging: str, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    listed = ListedHelpdesk(helpdesk, paging=paging)
    listed.connect(tenant)
    listed.instead = lambda _number, _page: answer({}, status)
    assert ingest(tenant).status == "failed"


@pytest.mark.parametrize("paging", NUMBERS)
def test_a_missing_page_in_the_middle_is_not_the_end_of_the_list(
    paging: str, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    listed = ListedHelpdesk(helpdesk, paging=paging)
    listed.connect(tenant)
    listed.instead = lambda number, _page: answer({}, 404) if number == 3 else None
    assert ingest(tenant).status == "failed"


@pytest.mark.parametrize("paging", PAGINGS)
def test_an_error_before_the_total_is_reached_is_not_the_end_of_the_list(
    paging: str, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    listed = ListedHelpdesk(helpdesk, paging=paging)
    listed.total = lambda all_, _page: len(all_)
    listed.connect(tenant)
    listed.instead = lambda number, _page: answer({}, 404) if number >= 3 else None
    assert ingest(tenant).status == "failed"


def test_an_error_at_a_round_number_is_not_the_end_of_the_list(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
    listed = ListedHelpdesk(helpdesk, paging="page", tickets=1_100)
    listed.connect(tenant)
    listed.instead = lambda number, _page: answer({"error": "page too high"}, 400) if number > 100 else None
    assert ingest(tenant).status == "failed"


@pytest.mark.parametrize(
    ("name", "total"),
    [
        ("capped at full pages", lambda all_, _page: min(len(all_), 30)),
        ("capped in the middle of a page", lambda all_, _page: min(len(all_), 25)),
        ("the page's own", lambda _all, page: len(page)),
        ("too high", lambda all_, _page: len(all_) + 1),
        ("far too high", lambda all_, _page: 10 * len(all_)),
        ("nothing", lambda _all, _page: 0),
        ("a text", lambda all_, _page: str(min(len(all_), 30))),
        ("one that lags behind", lambda all_, _page: 20),
    ],
)
@pytest.mark.parametrize("paging", PAGINGS)
def test_a_wrong_total_ends_no_list_and_deletes_nothing(
    name: str, total: Callable[[list[Any], list[Any]], Any], paging: str, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    listed = ListedHelpdesk(helpdesk, paging=paging)
    listed.total = total
    listed.connect(tenant)
    ingest(tenant)
    assert live(tenant) == listed.ids, name
    del listed.tickets[3]
    outcome = ingest(tenant)
    assert len(live(tenant)) == 35
    assert warned(outcome) in ("short_listing", "moved_listing")


@pytest.mark.parametrize("paging", PAGINGS)
def test_a_correct_total_deletes_missing_tickets(paging: str, tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
    listed = ListedHelpdesk(helpdesk, paging=paging)
    listed.total = lambda all_, _page: str(len(all_))
    listed.connect(tenant)
    ingest(tenant)
    del listed.tickets[3]
    assert ingest(tenant).status == "completed"
    assert live(tenant) == listed.ids


@pytest.mark.parametrize("paging", PAGINGS)
@pytest.mark.parametrize("total", [True, False])
@pytest.mark.parametrize("tickets", [35, 30])
def test_reading_an_unchanged_list_costs_few_extra_requests(
    paging: str, total: bool, tickets: int, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    listed = ListedHelpdesk(helpdesk, paging=paging, tickets=tickets)
    listed.total = (lambda all_, _page: len(all_)) if total else None
    listed.connect(tenant)
    ingest(tenant)
    pages = -(-tickets // SIZE)
    sees_the_end = paging != "next" and not (total and tickets % SIZE)
    assert listed.asked == pages + sees_the_end + 1, "and one look at the first page"


@pytest.mark.parametrize("status", [203, 206])
def test_parts_of_a_list_are_read_whatever_their_status(
    status: int, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    listed = ListedHelpdesk(helpdesk, paging="page")
    listed.instead = lambda _number, page: answer({"items": page}, status)
    listed.connect(tenant)
    assert ingest(tenant).status == "completed"
    assert live(tenant) == listed.ids


def test_a_helpdesk_without_tickets_may_say_null(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
    listed = ListedHelpdesk(helpdesk, paging="page")
    listed.connect(tenant)
    for nothing in (answer({"items": None}), (204, {}, b"")):
        listed.instead = lambda _number, _page, nothing=nothing: nothing  # type: ignore[misc]
        assert ingest(tenant).status == "completed"


def test_a_missing_list_is_reported_as_a_sentence(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
    listed = ListedHelpdesk(helpdesk, paging="page")
    listed.connect(tenant)
    listed.instead = lambda _number, page: answer({"data": page})
    outcome = ingest(tenant)
    assert outcome.error is not None and "no list of tickets at “items”" in outcome.error["message"]


def test_endless_empty_pages_are_an_error(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
    listed = ListedHelpdesk(helpdesk, paging="next", tickets=20)
    listed.instead = lambda number, page: answer({"items": page, "next": f"?page={number + 1}"})
    listed.connect(tenant)
    outcome = ingest(tenant)
    assert outcome.error is not None and "empty pages in a row" in outcome.error["message"]
    assert live(tenant) == listed.ids
    assert listed.asked <= 14


def test_a_few_empty_pages_in_the_middle_are_skipped(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
    listed = ListedHelpdesk(helpdesk, paging="next")
    listed.instead = lambda number, page: (
        answer({"items": [] if number in (2, 3) else page, "next": f"?page={number + 1}"}) if number < 4 else None
    )
    listed.connect(tenant)
    ingest(tenant)
    assert len(live(tenant)) == 15


@pytest.mark.parametrize(
    "records", [[{"number": 1, "created_at": "2026-03-10T09:00:00Z"}], [{"a": n} for n in range(10)]]
)
@pytest.mark.parametrize("paging", NUMBERS)
def test_an_endlessly_repeated_page_without_ids_is_an_error(
    records: list[dict[str, Any]], paging: str, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    listed = ListedHelpdesk(helpdesk, paging=paging)
    listed.instead = lambda _number, _page: answer({"items": records})
    listed.connect(tenant)
    outcome = ingest(tenant)
    assert outcome.error is not None and "same page again and again" in outcome.error["message"]
    assert listed.asked <= 10


@pytest.mark.parametrize("paging", NUMBERS)
@pytest.mark.parametrize("hears_size", [True, False])
def test_a_helpdesk_that_ignores_which_page_is_asked_for_is_not_taken_for_a_short_list(
    paging: str, hears_size: bool, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    listed = ListedHelpdesk(helpdesk, paging=paging)

    def same(_path: str, query: dict[str, str]) -> Answer:
        return answer({"items": listed.tickets[: int(query["per_page"]) if hears_size else 7]})

    helpdesk.script = same
    listed.connect(tenant)
    outcome = ingest(tenant)
    assert outcome.error is not None and "same page again and again" in outcome.error["message"]


def test_an_invalid_link_header_is_not_the_end_of_the_list(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
    listed = ListedHelpdesk(helpdesk, paging="next")
    following = {1: '<?page=2>; rel="next"', 2: '<?page=3; rel="next"'}
    listed.instead = lambda number, page: answer({"items": page}, Link=following.get(number, ""))
    listed.connect(tenant, next="header:Link")
    outcome = ingest(tenant)
    assert outcome.error is not None and "Link header" in outcome.error["message"]
    following[2] = '<?page=3>; title="3, of 4"; rel="last next"'
    following[3] = "<?page=4>; rel = Next"
    outcome = ingest(tenant, full=True)
    assert outcome.status == "completed"
    assert live(tenant) == listed.ids


def test_next_links_with_another_path_are_followed(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
    tickets = ListedHelpdesk(helpdesk, paging="next").tickets
    asked: list[str] = []

    def serve(path: str, query: dict[str, str]) -> Answer:
        asked.append(path)
        page = int(query.get("page", 1))
        host = helpdesk.url.replace("http://", "http://").upper().replace("HTTP", "http")
        links = {1: "/desk/items?page=2", 2: "?page=3", 3: f"{host}/desk/items?page=4"}
        if query.get("kind") != "all" and page == 1:
            return answer({"items": []})
        return answer({"items": tickets[(page - 1) * SIZE :][:SIZE], "next": links.get(page)})

    helpdesk.script = serve
    listed = ListedHelpdesk(helpdesk, paging="next")
    helpdesk.script = serve
    source = listed.connect(tenant, path="/items?kind=all")
    source.url = f"{helpdesk.url}/desk"
    source.save()
    assert ingest(tenant).status == "completed"
    assert live(tenant) == {each["id"] for each in tickets}
    assert set(asked) == {"/desk/items"}


@pytest.mark.parametrize("status", [403, 429])
def test_a_403_with_a_rate_limit_is_waited_for(status: int, tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
    listed = ListedHelpdesk(helpdesk, paging="page")
    refusals = iter([answer({}, status, X_RateLimit_Remaining="0", X_RateLimit_Reset="3")] * 3)
    listed.instead = lambda number, _page: next(refusals, None) if number == 2 else None
    listed.connect(tenant)
    assert ingest(tenant).status == "completed"
    assert live(tenant) == listed.ids


def test_a_retry_after_of_zero_does_not_use_up_all_attempts(
    tenant: Tenant, helpdesk: ScriptedHelpdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[float] = []
    monkeypatch.setattr(RateLimiter, "hold_back", lambda _self, seconds: held.append(seconds))
    listed = ListedHelpdesk(helpdesk, paging="page")
    listed.instead = lambda _number, _page: answer({}, 429, Retry_After="0")
    listed.connect(tenant)
    assert ingest(tenant).status == "failed"
    assert len(held) == 9 and min(held) > 0 and sum(held) > 10


def test_the_helpdesks_error_message_is_reported(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
    listed = ListedHelpdesk(helpdesk, paging="page")
    listed.instead = lambda _number, _page: answer(json.dumps({"ok": False, "error": "not_authed"}).encode())
    listed.connect(tenant)
    outcome = ingest(tenant)
    assert outcome.error is not None and "“not_authed”" in outcome.error["message"]


@pytest.mark.parametrize("total", [10**400, 10**13, "9" * 5000, 1e300], ids=["400", "13", "text", "float"])
def test_an_implausible_total_is_ignored(total: Any, tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
    listed = ListedHelpdesk(helpdesk, paging="page")
    listed.total = lambda _all, _page: total
    listed.connect(tenant)
    assert ingest(tenant).status == "completed"
    assert live(tenant) == listed.ids


@pytest.mark.parametrize(("total", "following", "status"), [(10**400, None, "completed"), (1, 10**400, "failed")])
def test_huge_numbers_leave_no_run_active(
    total: int, following: int | None, status: str, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    page = {"tickets": [{"id": "T-1", "created_at": "2026-03-10"}], "next_page": following, "total_count": total}
    helpdesk.script = lambda path, _query: answer(page) if path.endswith("support-tickets") else None
    Source.objects.create(tenant=tenant, kind="house", url=helpdesk.url)
    assert ingest(tenant).status == status
    assert jobs.find_active(tenant) is None
    assert live(tenant) == {"T-1"}


@pytest.mark.parametrize(
    ("stop_when", "goes_on", "ends"),
    [
        ({"has_more": "false"}, {"has_more": True}, {"has_more": False}),
        ({"meta.last": "*"}, {"meta": {"last": False}}, {"meta": {"last": 1}}),
        ({"more": "-"}, {"more": "yes"}, {}),
    ],
)
def test_a_list_whose_cursors_never_end_stops_where_a_setting_says(
    stop_when: dict[str, str], goes_on: Any, ends: Any, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    tickets = [{"id": str(number), "at": "2026-03-10"} for number in range(3)]

    def serve(_path: str, query: dict[str, str]) -> Answer:
        place = int(query.get("after", 0))
        return answer({"items": [tickets[place]], "cursor": place + 1, **(ends if place == 2 else goes_on)})

    helpdesk.script = serve
    fields = {"id": "id", "created_at": "at"}
    paging = {"paging": "cursor", "cursor": "cursor", "cursor_param": "after", "stop_when": stop_when}
    options = {"path": "/items", "records": "items", "fields": fields, **paging}
    Source.objects.create(tenant=tenant, kind="rest", url=helpdesk.url, options=options)
    assert ingest(tenant).status == "completed"
    assert live(tenant) == {"0", "1", "2"}
