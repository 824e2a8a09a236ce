"""A helpdesk that answers large pages too late: the page is halved where that loses and repeats no ticket."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.builders import record
from tests.helpdesk import ScriptedHelpdesk, answer
from tests.listed import FIELDS, ingest, live
from tests.loopback_server import Answer
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.helpdesks.options import rest_options
from tickets.helpdesks.page_size import SMALLEST

pytestmark = pytest.mark.usefixtures("db")

TICKETS = 90
LATE = answer(b"<html>504 Gateway Time-out</html>", 504)


@pytest.fixture(autouse=True)
def _unlimited(settings: Any) -> None:
    settings.RATE_LIMIT_REQUESTS = 0


class SlowHelpdesk:
    """Lists its tickets by `paging`, at most `most` of them in time. `sizes` were asked for, `sent` tickets were sent.

    `slow_from`: pages that begin before this place come in time whatever their size.
    """

    def __init__(self, helpdesk: ScriptedHelpdesk, paging: str, *, most: int = 25, slow_from: int = 0) -> None:
        self.tickets = [record(f"T-{n:03d}") for n in range(TICKETS)]
        self.paging, self.most, self.slow_from = paging, most, slow_from
        self.late: Callable[[], Answer] = lambda: LATE
        self.sizes: list[int] = []
        self.sent: list[str] = []
        self.url = helpdesk.url
        helpdesk.script = self._serve

    def connect(self, tenant: Tenant, **more: Any) -> Source:
        pagings: dict[str, dict[str, Any]] = {
            "cursor": {"cursor": "next", "cursor_param": "cursor"},
            "last": {"paging": "cursor", "cursor": "last:id", "cursor_param": "after"},
            "next": {"next": "link"},
            "offset": {},
            "page": {},
        }
        options = {
            "path": "/items",
            "records": "items",
            "paging": self.paging,
            "fields": {each: each for each in FIELDS},
        }
        options |= {**pagings[self.paging], **more}
        return Source.objects.create(tenant=tenant, kind="rest", url=self.url, page_size=100, options=options)

    def _serve(self, _path: str, query: dict[str, str]) -> Answer:
        size = int(query["per_page"])
        self.sizes.append(size)
        if self.paging == "page":
            start = (int(query["page"]) - 1) * size
        elif self.paging == "last":
            start = int(query.get("after", "T--01")[2:]) + 1
        else:
            start = int(query.get("offset") or query.get("cursor") or 0)
        if size > self.most and start >= self.slow_from:
            return self.late()
        page = self.tickets[start : start + size]
        self.sent += [each["id"] for each in page]
        end = start + len(page)
        has_more = end < len(self.tickets)
        link = f"?per_page={size}&offset={end}" if has_more else None
        return answer({"items": page, "next": str(end) if has_more else None, "link": link})


def remarks(tenant: Tenant) -> list[str]:
    (part,) = jobs.find_recent(tenant)[0]["connections"]
    return list(part["remarks"])


@pytest.mark.parametrize("paging", ["offset", "cursor", "last", "next"])
def test_a_page_that_comes_too_late_is_halved_for_the_rest_of_the_run(
    paging: str, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    slow = SlowHelpdesk(helpdesk, paging)
    slow.connect(tenant)
    outcome = ingest(tenant)
    assert outcome.status == "completed", outcome
    assert live(tenant) == {each["id"] for each in slow.tickets}
    assert slow.sent[:TICKETS] == [each["id"] for each in slow.tickets], "each once, in their order"
    assert slow.sizes[:4] == [100, 100, 50, 50]
    assert set(slow.sizes[4:]) == {25}
    assert remarks(tenant) == [
        "The helpdesk did not answer requests for 100 tickets in time, so at most 25 tickets were requested at once."
    ]
    asked = len(slow.sizes)
    ingest(tenant)
    assert slow.sizes[asked] == 100, "the next run tries the whole size again"


@pytest.mark.parametrize("paging", ["offset", "cursor", "last"])
def test_a_page_in_the_middle_of_the_list_is_halved_without_loss_or_repetition(
    paging: str, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    slow = SlowHelpdesk(helpdesk, paging, most=10, slow_from=40)
    slow.connect(tenant).save()
    Source.objects.update(page_size=40)
    assert ingest(tenant).status == "completed"
    assert live(tenant) == {each["id"] for each in slow.tickets}
    assert slow.sent[:TICKETS] == [each["id"] for each in slow.tickets]
    assert slow.sizes[:6] == [40, 40, 40, 20, 20, 10]


def test_a_run_that_ends_at_a_halved_page_is_resumed_where_it_was(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
    slow = SlowHelpdesk(helpdesk, "offset")
    slow.connect(tenant)
    slow.slow_from, slow.late = 60, lambda: LATE
    Source.objects.update(page_size=20)
    slow.most = 5
    broken = ingest(tenant)
    assert broken.error is not None
    assert (broken.status, broken.error["code"]) == ("failed", "timeout")
    assert len(live(tenant)) == 60
    assert slow.sizes[-5:] == [20, 20, 10, 10, 10]
    assert min(slow.sizes) == SMALLEST
    assert "at most 10 tickets" in remarks(tenant)[0]
    slow.most = 100
    assert ingest(tenant).status == "completed"
    assert live(tenant) == {each["id"] for each in slow.tickets}


@pytest.mark.parametrize(("paging", "slow_from"), [("page", 0), ("page", 40), ("next", 40)])
def test_a_page_whose_size_decides_where_it_begins_is_never_halved(
    paging: str, slow_from: int, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    slow = SlowHelpdesk(helpdesk, paging, slow_from=slow_from)
    slow.connect(tenant)
    Source.objects.update(page_size=40)
    outcome = ingest(tenant)
    assert outcome.error is not None
    assert (outcome.status, outcome.error["code"]) == ("failed", "timeout")
    assert set(slow.sizes) == {40}
    assert remarks(tenant) == []
    assert len(live(tenant)) == slow_from


def test_a_list_that_is_not_told_a_size_is_asked_again_as_it_was(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
    slow = SlowHelpdesk(helpdesk, "offset")
    slow.connect(tenant, size_param="", params={"per_page": "100"})
    outcome = ingest(tenant)
    assert outcome.error is not None
    assert outcome.error["code"] == "timeout"
    assert set(slow.sizes) == {100}


def test_a_single_late_answer_halves_nothing(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
    slow = SlowHelpdesk(helpdesk, "offset", most=1)

    def once() -> Answer:
        slow.most = 100
        return LATE

    slow.late = once
    slow.connect(tenant)
    assert ingest(tenant).status == "completed"
    assert set(slow.sizes) == {100}
    assert remarks(tenant) == []


def test_silence_counts_like_a_gateway_that_gave_up(
    tenant: Tenant, helpdesk: ScriptedHelpdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.helpdesks.http.READ_SECONDS", 0.2)
    slow = SlowHelpdesk(helpdesk, "cursor", most=50)

    def say_nothing() -> Answer:
        time.sleep(0.5)
        return LATE

    slow.late = say_nothing
    slow.connect(tenant)
    assert ingest(tenant).status == "completed"
    assert slow.sizes[:3] == [100, 100, 50]
    assert live(tenant) == {each["id"] for each in slow.tickets}


def test_the_command_says_that_pages_were_halved(
    tenant: Tenant, helpdesk: ScriptedHelpdesk, capsys: pytest.CaptureFixture[str]
) -> None:
    SlowHelpdesk(helpdesk, "offset", most=50).connect(tenant)
    with pytest.raises(SystemExit, match="0"):
        call_command("ingest", "--tenant", tenant.slug)
    assert "so at most 50 tickets were requested at once." in capsys.readouterr().out


def test_the_page_of_runs_says_that_pages_were_halved(
    tenant: Tenant, helpdesk: ScriptedHelpdesk, owner: User, client_of: Callable[[User], Client]
) -> None:
    slow = SlowHelpdesk(helpdesk, "offset")
    slow.connect(tenant)
    ingest(tenant)
    page = client_of(owner).get(f"/t/{tenant.slug}/ingestion/").content.decode()
    assert "so at most 25 tickets were requested at once." in page
    mongo.collection(jobs.COLLECTION).update_many({}, {"$unset": {"connections.$[].remarks": ""}})  # as of older runs
    assert client_of(owner).get(f"/t/{tenant.slug}/ingestion/").status_code == 200


@pytest.mark.parametrize(
    ("further", "is_told"),
    [
        ({}, True),
        ({"size_param": ""}, False),
        ({"size_param": "", "params": {"limit": "{size}"}}, True),
        ({"size_param": "", "method": "POST", "body": {"page": {"size": "{size}"}}}, True),
    ],
)
def test_whether_requests_say_a_size(further: dict[str, Any], is_told: bool) -> None:
    options = {"path": "/items", "fields": {"id": "id", "created_at": "at"}, **further}
    assert rest_options("rest", options).requests_size is is_told
