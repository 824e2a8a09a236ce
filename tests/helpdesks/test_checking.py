"""A connection check reports whether tickets can be read and what would be rejected, without storing anything."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.builders import record, source_page
from tests.commands import run
from tests.helpdesk import ScriptedHelpdesk, answer
from tests.loopback_server import Answer
from tickets.helpdesks import SourceError
from tickets.helpdesks.error_message import LONGEST, error_message
from tickets.helpdesks.model import Source
from tickets.ingestion import time_limit
from tickets.ingestion.checking import Checked, check_in_time, check_source
from tickets.records.rejections import group_reasons, reasons_in_words

pytestmark = pytest.mark.usefixtures("db")

FIELDS = {"id": "id", "created_at": "at", "subject": "title", "message": "body.text", "status": "state"}
Connect = Callable[..., Source]


def item(n: int, **values: Any) -> dict[str, Any]:
    return {
        "id": n,
        "at": "2026-03-10T09:00:00Z",
        "title": f"no {n}",
        "body": {"text": "late"},
        "state": "open",
        **values,
    }


@pytest.fixture
def connect(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> Connect:
    """A `rest` source whose helpdesk lists these records, ten per page."""

    def make(records: list[Any], /, **options: Any) -> Source:
        def script(_path: str, query: dict[str, str]) -> Answer:
            start = (int(query.get("page", 1)) - 1) * int(query["per_page"])
            return answer(records[start : start + int(query["per_page"])])

        helpdesk.script = script
        values = {"path": "/items", "fields": FIELDS, **options}
        return Source.objects.create(
            tenant=tenant, kind="rest", url=helpdesk.url, auth="none", options=values, page_size=10
        )

    return make


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("tickets.helpdesks.http.time.sleep", lambda _seconds: None)
    yield


class TestFirstPage:
    def test_a_check_requests_the_first_page_of_a_paged_list(
        self, connect: Connect, helpdesk: ScriptedHelpdesk
    ) -> None:
        source, pages = connect([item(1)]), helpdesk.script

        def script(path: str, query: dict[str, str]) -> Answer | None:
            assert pages is not None
            return pages(path, query) if query.get("page") == "1" else answer({"detail": "Invalid page."}, 404)

        helpdesk.script = script
        assert check_source(source).is_usable

    def test_a_check_requests_each_page_once(self, connect: Connect, helpdesk: ScriptedHelpdesk) -> None:
        assert check_source(connect([item(n) for n in range(25)])).is_usable
        assert [query["page"] for _, query, _ in helpdesk.requests] == ["1", "2"]

    def test_a_source_whose_tickets_can_be_read_has_no_problem(self, connect: Connect) -> None:
        assert check_source(connect([item(n) for n in range(25)])).problems == ()

    def test_an_empty_helpdesk_passes_the_check(self, connect: Connect) -> None:
        assert check_source(connect([])).is_usable

    def test_a_check_fails_with_the_reasons_when_every_record_would_be_rejected(self, connect: Connect) -> None:
        checked = check_source(connect([item(n, at="04/03/2026") for n in range(8)] + [item(8, id=None)]))
        assert not checked.is_usable
        assert checked.problems == (
            "All 9 tickets on its first page would be rejected: created_at may start with the day or the month; set "
            "a date_format (8), id is missing (1). For example: created_at may start with the day or the month; set "
            "a date_format: '04/03/2026'.",
        )

    def test_a_check_passes_and_says_how_many_records_would_be_rejected(self, connect: Connect) -> None:
        checked = check_source(connect([item(1), item(2, at="soon")]))
        assert checked.is_usable
        assert "1 of 2 tickets on its first page would be rejected: created_at is not a date (1)." in str(checked)

    def test_a_path_that_no_record_has_is_named_and_fails(self, connect: Connect) -> None:
        checked = check_source(connect([item(1), item(2)], fields={**FIELDS, "subject": "subjekt"}))
        assert not checked.is_usable
        assert "None of 2 records has “subjekt”, which subject is read from" in str(checked)

    def test_a_field_that_is_empty_everywhere_is_named_and_works(self, connect: Connect) -> None:
        checked = check_source(connect([item(1, body=None), item(2, body={"text": ""})]))
        assert checked.is_usable
        assert checked.problems == ("message is empty in all 2 records.",)

    def test_local_times_are_said_to_be_taken_as_utc(self, connect: Connect) -> None:
        source = connect([item(1, at="2026-03-10 09:00:00")])
        assert "are read as UTC" in str(check_source(source))
        source.options["timezone"] = "Europe/Berlin"
        assert check_source(source).problems == ()

    def test_a_check_fails_if_all_records_belong_to_another_tenant(
        self, helpdesk: ScriptedHelpdesk, native_source: Callable[..., Source]
    ) -> None:
        helpdesk.tickets = [record("T-1", tenant_id="globex")]
        checked = check_source(native_source(helpdesk.url))
        assert not checked.is_usable and "The only ticket on its first page names another tenant" in str(checked)

    def test_skipped_records_do_not_count_in_a_check(self, connect: Connect) -> None:
        source = connect([item(1), item(2, at="soon", state="deleted")], skip_where={"state": "deleted"})
        assert check_source(source).problems == ()

    def test_a_check_names_unmapped_statuses_with_their_tickets(self, connect: Connect) -> None:
        source = connect([item(1, state="Waiting"), item(2, state="Waiting"), item(3, state="Hold"), item(4)])
        checked = check_source(source)
        assert checked.is_usable
        assert "2 unmapped statuses: “Waiting” (2 tickets), “Hold” (1 ticket)." in str(checked)
        source.options["status_map"] = {"waiting": "pending", "hold": "on_hold"}
        assert check_source(source).problems == ()

    def test_a_check_stores_nothing(self, connect: Connect) -> None:
        check_source(connect([item(1), item(2, at="soon")]))
        assert (
            mongo.collection("tickets").count_documents({}) == mongo.collection("quarantine").count_documents({}) == 0
        )

    def test_a_check_requests_the_next_page(self, connect: Connect, helpdesk: ScriptedHelpdesk) -> None:
        source = connect([], paging="next", next="next", records="data")
        helpdesk.script = lambda _path, _query: answer(
            {"data": [item(1)], "next": "https://elsewhere.example/items?page=2"}
        )
        with pytest.raises(SourceError, match="The first page can be read, but not the second one"):
            check_source(source)


class TestTime:
    """A check in a request ends within its time limit, whatever the helpdesk does."""

    @pytest.fixture(autouse=True)
    def _real_waiting(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.undo()

    def test_a_check_does_not_wait_for_a_silent_helpdesk(self, connect: Connect, helpdesk: ScriptedHelpdesk) -> None:
        release = threading.Event()
        source = connect([])
        helpdesk.script = lambda _path, _query: answer([]) if release.wait(30) else None
        began = time.monotonic()
        try:
            with pytest.raises(SourceError, match="did not answer within 1 s"):
                check_in_time(source, seconds=1.0)
            assert time.monotonic() - began < 5
            with pytest.raises(SourceError, match="An earlier check is still waiting"):
                check_in_time(source, seconds=1.0)
        finally:
            release.set()
        _ended()
        assert check_in_time(source).is_usable

    def test_a_check_does_not_wait_for_a_rate_limited_helpdesk(
        self, connect: Connect, helpdesk: ScriptedHelpdesk
    ) -> None:
        source = connect([])
        helpdesk.fail_everything(answer({}, 429, Retry_After="300"))
        began = time.monotonic()
        with pytest.raises(SourceError, match=r"request limit of .* is used up"):
            check_in_time(source, seconds=1.0)
        assert time.monotonic() - began < 5
        _ended()

    def test_a_check_in_time_reports_errors(self, connect: Connect, helpdesk: ScriptedHelpdesk) -> None:
        source = connect([])
        helpdesk.fail_everything(answer({}, 404))
        with pytest.raises(SourceError, match="404 Not Found"):
            check_in_time(source)


def _ended() -> None:
    end = time.monotonic() + 20
    while time_limit._in_progress and time.monotonic() < end:
        threading.Event().wait(0.02)
    assert not time_limit._in_progress


class TestOwnWords:
    @pytest.mark.parametrize(
        ("status", "payload", "said"),
        [
            (
                400,
                {"error": {"message": "Field per_page is not valid for issue class."}},
                "status 400: “Field per_page is not valid",
            ),
            (403, {"message": "This key may not list tickets"}, "status 403: “This key may not list tickets”"),
            (404, {"detail": "No such queue"}, "404 Not Found: “No such queue”"),
            (422, {"errors": {"per_page": ["is too large"]}}, "status 422: “per_page: is too large”"),
            (400, b"<html><h1>Bad request</h1></html>", "status 400: “Bad request”"),
            (
                403,
                b"<!DOCTYPE html><html><head><style>p {}</style><title>Blocked</title></head><body><script>x()</script>"
                b"<p>Your IP address is <b>not</b> allowed.</p></body></html>",
                "status 403: “Blocked – Your IP address is not allowed.”",
            ),
            (400, b"<html><head><title>Sorry</title></head><body></body></html>", "status 400: “Sorry”"),
            (503, {"message": "Maintenance until 14:00"}, "status 503: “Maintenance until 14:00”"),
            (500, b"<html><title>Down</title><h1>Down for an hour</h1></html>", "status 500: “Down for an hour”"),
            (400, b"<html></html>", "(status 400)"),
            (400, {}, "(status 400)"),
        ],
    )
    def test_the_helpdesks_error_message_follows_the_status(
        self, status: int, payload: Any, said: str, connect: Connect, helpdesk: ScriptedHelpdesk
    ) -> None:
        source = connect([])
        helpdesk.fail_everything(answer(payload, status))
        with pytest.raises(SourceError) as problem:
            check_source(source, wait=lambda *_: None)
        assert said in str(problem.value)

    @pytest.mark.parametrize(
        ("location", "said"),
        [
            ("https://sso.example.com/login?key=s3cret#x", "redirects to https://sso.example.com/login (status 302)"),
            ("/login", "/login (status 302)"),
            ("https://me:s3cret@sso.example.com/", "redirects to https://sso.example.com/ (status 302)"),
            ("http://a:b:c", "redirects to an invalid URL. Enter the final URL."),
            ("", "redirects"),
        ],
    )
    def test_a_redirect_says_where_to_without_what_may_be_secret(
        self, location: str, said: str, connect: Connect, helpdesk: ScriptedHelpdesk
    ) -> None:
        source = connect([])
        helpdesk.fail_everything(answer({}, 302, Location=location))
        with pytest.raises(SourceError) as problem:
            check_source(source)
        assert said in str(problem.value) and "s3cret" not in str(problem.value)

    @pytest.mark.parametrize(
        ("body", "content_type", "said"),
        [
            (b"<!doctype html><title>Sign in</title><p>", "text/html", "a web page (“Sign in”) instead of tickets"),
            (b"Maintenance until 14:00", "text/plain", "a text (“Maintenance until 14:00”) instead of tickets"),
            (b'{"items": [{"subject": "private', "application/json", "incomplete JSON instead of tickets"),
        ],
    )
    def test_what_came_instead_of_tickets_is_quoted(
        self, body: bytes, content_type: str, said: str, connect: Connect, helpdesk: ScriptedHelpdesk
    ) -> None:
        source = connect([])
        helpdesk.fail_everything(answer(body, Content_Type=content_type))
        with pytest.raises(SourceError) as problem:
            check_source(source, wait=lambda *_: None)
        assert said in str(problem.value) and "private" not in str(problem.value)

    def test_the_helpdesks_error_message_is_shown_without_the_credential(
        self, connect: Connect, helpdesk: ScriptedHelpdesk
    ) -> None:
        source = connect([])
        source.auth = "bearer"
        source.set_secret("s3cret-key")
        helpdesk.script = lambda _path, _query: answer(
            {"message": f"{helpdesk.requests[-1][2]['Authorization']} is no key, s3cret-key"}, 401
        )
        with pytest.raises(SourceError) as problem:
            check_source(source)
        assert "s3cret" not in str(problem.value) and "is no key" in str(problem.value)

    def test_the_helpdesks_error_message_is_one_short_line(self) -> None:
        body = b'{"error": "' + b"a\\u001b[31m b\\n" * 100 + b'"}'
        words = error_message(body, content_type="application/json")
        assert words.startswith("a [31m b a [31m b") and len(words) == LONGEST
        assert error_message(b"[" * 100_000, content_type="application/json") == ""

    def test_https_at_an_http_port_is_reported(self, connect: Connect, helpdesk: ScriptedHelpdesk) -> None:
        source = connect([])
        source.url = helpdesk.url.replace("http://", "https://")
        with pytest.raises(SourceError, match="does not use HTTPS on this port"):
            check_source(source)


class TestCommands:
    def test_source_check_fails_if_no_ticket_could_be_imported(self, connect: Connect) -> None:
        connect([item(1, at=1773133200)])
        status, out, err = run("source", "check", "acme")
        assert (status, out) == (1, "")
        assert "The only ticket on its first page would be rejected: created_at is a number; set date_format" in err

    def test_source_check_says_what_would_be_lost(self, connect: Connect) -> None:
        connect([item(1), item(2, at="soon")])
        status, out, _ = run("source", "check", "acme")
        assert status == 0 and "1 of 2 tickets" in out

    def test_ingest_check_reports_the_same_problems(self, connect: Connect) -> None:
        connect([item(1), item(2, at="soon")])
        assert "1 of 2 tickets on its first page would be rejected" in run("ingest", "--all", "--check")[1]

    @pytest.mark.parametrize(("options", "status"), [((), 3), (("--dry-run",), 3)])
    def test_runs_and_dry_runs_end_with_why_records_were_rejected(
        self, options: tuple[str, ...], status: int, connect: Connect
    ) -> None:
        connect([item(1), item(2, at="soon"), item(3, at="later"), item(4, id="")])
        found, out, err = run("ingest", "--all", *options)
        assert found == status
        assert "Rejected: created_at is not a date (2), id is missing (1)" in out + err

    def test_json_output_includes_the_rejection_reasons(self, connect: Connect) -> None:
        connect([item(1), item(2, at="soon")])
        for options in ((), ("--dry-run",)):
            out = run("ingest", "--all", "--json", *options)[1]
            assert '"rejected": [{"field": "created_at", "reason": "is not a date", "count": 1}]' in out


class TestPages:
    @pytest.fixture
    def admin(self, owner: User, client_of: Callable[[User], Client]) -> Client:
        return client_of(owner)

    def said(self, response: Any) -> str:
        return " ".join(str(each) for each in response.context["messages"])

    def test_checking_on_the_page_says_what_would_be_lost(self, connect: Connect, admin: Client) -> None:
        connect([item(1), item(2, at="soon")])
        assert "1 of 2 tickets" in self.said(admin.post(source_page("check/"), follow=True))

    def test_the_helpdesks_error_message_is_escaped_on_the_page(
        self, connect: Connect, helpdesk: ScriptedHelpdesk, admin: Client
    ) -> None:
        connect([])
        helpdesk.fail_everything(answer({"error": "<b onclick=x>Bad field</b>"}, 400))
        html = admin.post(source_page("check/"), follow=True).content.decode()
        assert "&lt;b onclick=x&gt;Bad field" in html and "<b onclick" not in html

    def test_the_dashboard_says_that_all_were_rejected(self, connect: Connect, admin: Client) -> None:
        connect([item(n, at="soon") for n in range(3)])
        run("ingest", "--all")
        html = admin.get("/t/acme/").content.decode()
        assert "3 records were rejected" in html and "The helpdesk has no tickets" not in html
        assert 'href="/t/acme/quarantine/"' in html

    def test_the_dashboard_says_that_the_helpdesk_has_none_where_that_is_so(
        self, connect: Connect, admin: Client
    ) -> None:
        connect([])
        run("ingest", "--all")
        assert "The helpdesk has no tickets" in admin.get("/t/acme/").content.decode()


def test_the_most_frequent_rejection_reasons_are_named() -> None:
    reasons = group_reasons([("id", f"is odd in way {n}: x") for n in range(8) for _ in range(n + 1)])
    assert reasons_in_words(reasons).startswith("id is odd in way 7 (8), id is odd in way 6 (7)")
    assert reasons_in_words(reasons).endswith(", other reasons (6)")


def test_a_check_reads_as_sentences() -> None:
    assert str(Checked("It answers.", ("It is late.",))) == "It answers. It is late."
