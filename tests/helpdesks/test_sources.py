"""Connectors against real servers on loopback."""

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from tenants.models import Tenant
from tests.helpdesk import ScriptedHelpdesk, answer
from tests.loopback_server import Answer
from tickets.helpdesks import SourceError, open_source
from tickets.helpdesks.base import Page
from tickets.helpdesks.field_paths import look_up
from tickets.helpdesks.model import Source
from tickets.helpdesks.options import check_options, rest_options
from tickets.records.plain_text import to_plain_text

pytestmark = pytest.mark.usefixtures("db")

FIELDS = {"id": "id", "created_at": "at", "subject": "title", "customer_id": "author.name", "status": "state"}
ITEMS = [{"id": n, "at": "2026-03-10T09:00:00Z", "title": f"no {n}", "author": {"name": "ann"}} for n in range(25)]


@pytest.fixture
def connect(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> Callable[..., Source]:
    def make(options: dict[str, Any], **values: Any) -> Source:
        values = {"kind": "rest", "url": helpdesk.url, "page_size": 10, **values}
        return Source(tenant=tenant, options={"path": "/items", "fields": FIELDS, **options}, **values)

    return make


def read(source: Source, **wish: Any) -> list[Page]:
    with open_source(source) as opened:
        return list(opened.pages(**wish))


def ids(pages: list[Page]) -> list[Any]:
    return [record.raw["id"] for page in pages for record in page.records]


def test_offset_paging_advances_by_the_records_received(
    connect: Callable[..., Source], helpdesk: ScriptedHelpdesk
) -> None:
    def capped(_path: str, query: dict[str, str]) -> Answer:
        offset = int(query["offset"])  # asked for 10, the server never sends more than 4
        return answer({"items": ITEMS[offset : offset + 4], "total": len(ITEMS)})

    helpdesk.script = capped
    pages = read(connect({"records": "items", "paging": "offset", "total": "total"}))
    assert ids(pages) == list(range(25))
    assert pages[0].total_count == 25
    assert pages[-1].total_pages == len(pages) == 7


def test_page_numbers_are_read_until_an_empty_page(connect: Callable[..., Source], helpdesk: ScriptedHelpdesk) -> None:
    def paged(_path: str, query: dict[str, str]) -> Answer:
        start = (int(query["page"]) - 1) * int(query["per_page"])
        return answer(ITEMS[start : start + int(query["per_page"])])

    helpdesk.script = paged
    assert ids(read(connect({"paging": "page"}))) == list(range(25))


@pytest.mark.parametrize("style", ["body", "header"])
def test_next_links_are_followed_to_the_end(
    style: str, connect: Callable[..., Source], helpdesk: ScriptedHelpdesk
) -> None:
    def linked(_path: str, query: dict[str, str]) -> Answer:
        start = int(query.get("from", 0))
        following = f"{helpdesk.url}/items?from={start + 10}" if start + 10 < len(ITEMS) else None
        items = ITEMS[start : start + 10]
        if style == "header":
            link = f'<{helpdesk.url}/items>; rel="first"' + (f', <{following}>; rel="next"' if following else "")
            return answer(items, Link=link)
        return answer({"data": items, "links": {"next": following}})

    helpdesk.script = linked
    options = {"next": "header:Link"} if style == "header" else {"next": "links.next", "records": "data"}
    assert ids(read(connect({"paging": "next", **options}))) == list(range(25))


def test_a_next_link_to_another_host_never_gets_the_credential(
    connect: Callable[..., Source], helpdesk: ScriptedHelpdesk
) -> None:
    with ScriptedHelpdesk() as elsewhere:
        helpdesk.script = lambda _path, _query: answer({"data": ITEMS[:1], "next": f"{elsewhere.url}/items"})
        with pytest.raises(SourceError, match="another host"):
            read(connect({"paging": "next", "next": "next", "records": "data"}))
        assert elsewhere.requests == []


def test_reading_can_resume_at_a_page(connect: Callable[..., Source], helpdesk: ScriptedHelpdesk) -> None:
    def paged(_path: str, query: dict[str, str]) -> Answer:
        return answer({"items": ITEMS[int(query["offset"]) :][:10], "total": len(ITEMS)})

    helpdesk.script = paged
    source = connect({"records": "items", "paging": "offset", "total": "total"})
    pages = read(source)
    assert [page.number for page in pages] == [1, 2, 3]
    later = read(source, start=pages[1].position)
    assert (ids(later), [page.number for page in later]) == (list(range(10, 25)), [2, 3])


def test_records_that_move_to_an_earlier_page_are_read_again(
    connect: Callable[..., Source], helpdesk: ScriptedHelpdesk
) -> None:
    listed = list(ITEMS)

    def shrinking(_path: str, query: dict[str, str]) -> Answer:
        if query["offset"] == "10" and len(listed) == len(ITEMS):
            del listed[:3]  # three tickets leave while the second page is asked for
        return answer({"items": listed[int(query["offset"]) :][:10], "total": len(listed)})

    helpdesk.script = shrinking
    assert set(ids(read(connect({"records": "items", "paging": "offset", "total": "total"})))) == set(range(25))


def test_fields_are_read_from_nested_paths_and_statuses_are_mapped(
    connect: Callable[..., Source], helpdesk: ScriptedHelpdesk
) -> None:
    items = [{**ITEMS[0], "state": 2}, {**ITEMS[1], "state": "odd"}]
    helpdesk.script = lambda _path, query: answer(items if query["page"] == "1" else [])
    source = connect({"status_map": {"2": "open"}, "defaults": {"source": "phone"}})
    (page,) = read(source)
    first, second = (record.fields for record in page.records)
    assert first == {
        "id": 0, "created_at": "2026-03-10T09:00:00Z", "subject": "no 0", "customer_id": "ann", "status": "open",
        "source": "phone",
    }  # fmt: skip
    assert second is not None and second["status"] == "odd"  # an unknown one stays as it came


def test_changes_are_requested_in_the_helpdesks_date_format(
    connect: Callable[..., Source], helpdesk: ScriptedHelpdesk
) -> None:
    helpdesk.script = lambda _path, _query: answer([])
    source = connect({"since_param": "updated_on", "since_format": ">=%Y-%m-%dT%H:%M:%SZ"})
    read(source, since=datetime(2026, 3, 10, 9, 30, tzinfo=UTC))
    assert helpdesk.requests[0][1]["updated_on"] == ">=2026-03-10T09:30:00Z"
    read(source)
    assert "updated_on" not in helpdesk.requests[1][1]


@pytest.mark.parametrize(
    ("auth", "name", "header", "value"),
    [
        ("header", "X-Key", "X-Key", "s3cret"),
        ("bearer", "", "Authorization", "Bearer s3cret"),
        ("basic", "ann", "Authorization", "Basic YW5uOnMzY3JldA=="),
    ],
)
def test_a_connection_authenticates_as_configured(
    auth: str, name: str, header: str, value: str, connect: Callable[..., Source], helpdesk: ScriptedHelpdesk
) -> None:
    helpdesk.script = lambda _path, _query: answer([])
    source = connect({}, auth=auth, auth_name=name)
    source.set_secret("s3cret")
    read(source)
    assert helpdesk.requests[0][2][header] == value


def test_the_check_path_detects_a_wrong_key_that_the_list_hides(
    connect: Callable[..., Source], helpdesk: ScriptedHelpdesk
) -> None:
    helpdesk.script = lambda path, _query: answer({}, 401) if path == "/me" else answer([])
    source = connect({"check_path": "/me"})
    with pytest.raises(SourceError, match="rejected the credentials"):
        read(source)


class TestSecrets:
    def test_a_source_secret_is_stored_encrypted_and_in_no_text(self, connect: Callable[..., Source]) -> None:
        source = connect({}, auth="bearer")
        source.set_secret("s3cret-key")
        source.save()
        stored = json.dumps(list(Source.objects.values()), default=str)
        assert "s3cret-key" not in stored
        assert "s3cret-key" not in f"{source} {source!r}"
        assert Source.objects.get().reveal_secret() == "s3cret-key"

    def test_encryption_keys_are_rotated_by_adding_the_new_one_first(
        self, connect: Callable[..., Source], settings: Any
    ) -> None:
        from cryptography.fernet import Fernet

        source = connect({}, auth="bearer")
        source.set_secret("s3cret-key")
        old, new = settings.ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
        settings.ENCRYPTION_KEYS = [new, old]
        assert source.reveal_secret() == "s3cret-key"

    def test_a_missing_encryption_key_is_reported_as_a_sentence(
        self, connect: Callable[..., Source], settings: Any
    ) -> None:
        from cryptography.fernet import Fernet

        source = connect({}, auth="bearer")
        source.set_secret("s3cret-key")
        settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
        with pytest.raises(SourceError, match="Enter it again"):
            open_source(source)

    def test_errors_and_logs_never_contain_a_source_secret(
        self, connect: Callable[..., Source], helpdesk: ScriptedHelpdesk, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("DEBUG")
        source = connect({}, auth="header", auth_name="X-Key")
        source.set_secret("s3cret-key")
        helpdesk.fail_everything(answer({}, 401))
        with pytest.raises(SourceError) as caught:
            read(source)
        assert "s3cret-key" not in str(caught.value) + caplog.text


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({}, "path"),
        ({"path": "/x"}, "fields"),
        ({"path": "x", "fields": FIELDS}, "must start with a single slash"),
        ({"path": "//evil.example/x", "fields": FIELDS}, "must start with a single slash"),
        ({"path": "/x", "fields": {"id": "id"}}, "created_at"),
        ({"path": "/x", "fields": {**FIELDS, "colour": "c"}}, "unknown: colour"),
        ({"path": "/x", "fields": FIELDS, "paging": "guess"}, "paging"),
        ({"path": "/x", "fields": FIELDS, "paging": "next"}, "requires next"),
        ({"path": "/x", "fields": FIELDS, "pagin": "page"}, "pagin"),
        ("text", "JSON object"),
    ],
)
def test_invalid_connector_settings_are_rejected_by_name(options: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        check_options("rest", options)


def test_a_preset_needs_no_settings_and_accepts_changes() -> None:
    assert rest_options("redmine", {}).path == "/issues.json"
    assert rest_options("redmine", {"path": "/projects/support/issues.json"}).records == "issues"
    assert rest_options("rt", {"status_map": {"waiting": "pending"}}).path == "/REST/2.0/tickets"


@pytest.mark.parametrize(
    ("path", "found"),
    [("", {"a": [{"b": 1}]}), ("a.0.b", 1), ("a.1.b", None), ("a.b", None), ("x.y", None), ("a.0.b.c", None)],
)
def test_paths_reach_into_objects_and_lists(path: str, found: Any) -> None:
    assert look_up({"a": [{"b": 1}]}, path) == found


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Retries in this module do not wait."""
    monkeypatch.setattr("tickets.helpdesks.http.time.sleep", lambda _seconds: None)
    yield


class ScriptedRt:
    """Responses of a Request Tracker; ticket 7 was created by transaction 1007. `changes` by ticket: type, field, old and
    new value, one a minute."""

    names: Final = {"/REST/2.0/user/6": "Nobody", "/REST/2.0/user/14": "bob", "/REST/2.0/queue/3": "Billing"}

    def __init__(self, ids: range, parts: dict[int, list[tuple[str, str]]] | None = None) -> None:
        self.ids = list(ids)
        self.changes: dict[int, list[tuple[str, str, str, str]]] = {}
        self.parts = parts or {}
        self.queries: list[str] = []
        self.tells_total = True

    def __call__(self, path: str, query: dict[str, str]) -> Answer:
        if not query:
            name = self.names.get(path)
            return answer({"Name": name} if name else {"message": "Not Found"}, 200 if name else 404)
        size = int(query["per_page"])
        if path == "/REST/2.0/tickets":
            self.queries.append(query["query"])
            left = [each for each in self.ids if each > int(re.findall(r"AND id > (\d+)", query["query"])[0])]
            items = [{"id": str(each), "Subject": f"no {each}", "Status": "stalled"} for each in left[:size]]
            return answer({"items": items, "total": len(left) if self.tells_total else None})
        conditions = json.loads(query["query"])
        (wanted,) = [
            each["value"] for each in conditions if each.get("operator") == "IN" and "Type" not in each["field"]
        ]
        after = conditions[-1]["value"]
        if path == "/REST/2.0/transactions":
            records: list[dict[str, Any]] = [
                {"id": str(1000 + each), "ObjectId": str(each), "Type": "Create"} for each in wanted
            ]
            types = next(each["value"] for each in conditions if each["field"] == "Type")
            if "Status" in types:
                records += [
                    {"id": str(10_000 * each + n), "ObjectId": str(each), "Type": kind, "Field": field, "OldValue": old,
                     "NewValue": new, "Created": f"2026-03-10T00:{n:02}:00Z", "Creator": {"id": "ann", "type": "user"}}
                    for each in wanted
                    for n, (kind, field, old, new) in enumerate(self.changes.get(each, []))
                    if kind in types
                ]  # fmt: skip
        else:
            records = [
                {"id": str(10 * int(each) + n), "TransactionId": each, "ContentType": kind, "Content": text}
                for each in wanted
                for n, (kind, text) in enumerate(self.parts.get(int(each) - 1000, []))
            ]
        return answer({"items": [each for each in records if int(each["id"]) > after][:size], "total": None})


class TestRequestTracker:
    @pytest.fixture
    def rt(self, tenant: Tenant, helpdesk: ScriptedHelpdesk) -> Callable[..., Source]:
        def make(script: ScriptedRt, **values: Any) -> Source:
            helpdesk.script = script
            return Source(tenant=tenant, kind="rt", url=helpdesk.url, **{"page_size": 10, **values})

        return make

    def test_each_rt_page_starts_after_the_last_id(self, rt: Callable[..., Source]) -> None:
        script = ScriptedRt(range(1, 26))
        pages = read(rt(script))
        assert ids(pages) == [str(each) for each in range(1, 26)]
        assert script.queries == ["(id > 0) AND id > 0", "(id > 0) AND id > 10", "(id > 0) AND id > 20"]
        assert [(page.number, page.total_pages, page.total_count) for page in pages] == [(n, 3, 25) for n in (1, 2, 3)]
        later = read(rt(script), start=pages[1].position)
        assert ids(later) == [str(each) for each in range(11, 26)]

    def test_rt_deletions_during_a_read_hide_no_ticket(self, rt: Callable[..., Source]) -> None:
        script = ScriptedRt(range(1, 26))
        with open_source(rt(script)) as opened:
            pages = opened.pages()
            seen = ids([next(pages)])
            del script.ids[:5]
            seen += ids(list(pages))
        assert seen == [str(each) for each in range(1, 26)]

    @pytest.mark.parametrize(
        ("age", "asked"),
        [
            (timedelta(minutes=5), " AND LastUpdated >= '2 hours ago'"),
            (timedelta(hours=2), " AND LastUpdated >= '3 hours ago'"),
            (timedelta(hours=998), " AND LastUpdated >= '999 hours ago'"),
            (timedelta(hours=999), " AND LastUpdated >= '43 days ago'"),  # four digits would be a year to RT
            (timedelta(days=5000), ""),
            (-timedelta(hours=1), " AND LastUpdated >= '1 hours ago'"),
        ],
    )
    def test_rt_changes_are_requested_by_age_within_the_configured_query(
        self, age: timedelta, asked: str, rt: Callable[..., Source], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
        monkeypatch.setattr("tickets.helpdesks.rt.clock.now", lambda: now)
        script = ScriptedRt(range(0))
        read(rt(script, options={"params": {"query": "Queue = 'A' OR Queue = 'B'"}}), since=now - age)
        assert script.queries == [f"(Queue = 'A' OR Queue = 'B') AND id > 0{asked}"]

    def test_each_ticket_gets_the_text_it_was_created_with(self, rt: Callable[..., Source]) -> None:
        parts = {
            1: [("text/html", "<p>Not this</p>"), ("text/plain", "This"), ("text/plain", "My signature")],
            2: [("text/plain", " "), ("text/html", "<p>Only<br>formatted</p>")],
        }
        (page,) = read(rt(ScriptedRt(range(1, 4), parts)))
        fields = [record.fields or {} for record in page.records]
        assert [each["message"] for each in fields] == ["This", "Only\nformatted", ""]
        assert fields[0]["status"] == "pending"

    @pytest.mark.parametrize(("options", "requests"), [({}, 4), ({"events": None}, 3)])
    def test_a_hundred_tickets_cost_four_requests_and_without_changes_three(
        self, options: dict[str, Any], requests: int, rt: Callable[..., Source], helpdesk: ScriptedHelpdesk
    ) -> None:
        script = ScriptedRt(range(1, 101), {n: [("text/plain", f"text {n}")] for n in range(1, 101)})
        (page,) = read(rt(script, page_size=1000, options=options))
        assert [(record.fields or {})["message"] for record in page.records] == [f"text {n}" for n in range(1, 101)]
        assert len(helpdesk.requests) == requests

    def test_rt_is_asked_for_fewer_tickets_where_it_answers_too_late(
        self, rt: Callable[..., Source], helpdesk: ScriptedHelpdesk
    ) -> None:
        script = ScriptedRt(range(1, 81))
        source = rt(script, page_size=100)
        sizes = []

        def late(path: str, query: dict[str, str]) -> Answer:
            if path == "/REST/2.0/tickets":
                sizes.append(int(query["per_page"]))
                if sizes[-1] > 30:
                    return answer({}, 504)
            return script(path, query)

        helpdesk.script = late
        assert ids(read(source)) == [str(each) for each in range(1, 81)]
        assert sizes == [100, 100, 50, 50, 25, 25, 25, 25]

    def test_rt_tells_changes_of_status_owner_queue_and_priority_by_name(
        self, rt: Callable[..., Source], helpdesk: ScriptedHelpdesk
    ) -> None:
        script = ScriptedRt(range(1, 4))
        script.changes = {
            2: [
                ("Set", "Owner", "6", "14"),
                ("SetWatcher", "Owner", "6", "14"),
                ("Status", "Status", "new", "open"),
                ("Set", "Subject", "old", "new"),
                ("Set", "Queue", "1", "3"),
                ("Steal", "Owner", "14", "99"),
                ("Set", "Priority", "0", "50"),
                ("Set", "Owner", "9" * 500, "6"),
            ]
        }
        with open_source(rt(script)) as opened:
            (page,) = opened.pages()
            first, second, _ = page.records
        assert first.events == []
        changes = [(each["author"], each["at"][14:16], each["changes"][0]) for each in second.events or ()]
        assert changes == [
            ("ann", "00", {"field": "assignee", "old": "", "new": "bob"}),
            ("ann", "02", {"field": "status", "old": "open", "new": "in_progress"}),
            ("ann", "04", {"field": "team", "old": "1", "new": "Billing"}),
            ("ann", "05", {"field": "assignee", "old": "bob", "new": "99"}),
            ("ann", "06", {"field": "priority", "old": "0", "new": "50"}),
            ("ann", "07", {"field": "assignee", "old": "9" * 500, "new": ""}),
        ]
        asked = [path for path, _, _ in helpdesk.requests if path.startswith(("/REST/2.0/user/", "/REST/2.0/queue/"))]
        assert sorted(asked) == [f"/REST/2.0/{each}" for each in ("queue/1", "queue/3", "user/14", "user/6", "user/99")]

    def test_rt_texts_are_read_over_several_pages(self, rt: Callable[..., Source]) -> None:
        both = {n: [("text/html", "<b>x</b>"), ("text/plain", f"text {n}")] for n in range(1, 61)}
        (page,) = read(rt(ScriptedRt(range(1, 61), both), page_size=60))
        assert [(record.fields or {})["message"] for record in page.records] == [f"text {n}" for n in range(1, 61)]

    def test_an_rt_without_a_total_is_rejected(self, rt: Callable[..., Source]) -> None:
        script = ScriptedRt(range(1, 5))
        script.tells_total = False
        source = rt(script)
        with pytest.raises(SourceError, match="ShowTicket"):
            read(source)

    def test_an_rt_that_reports_more_than_it_lists_does_not_loop(
        self, rt: Callable[..., Source], helpdesk: ScriptedHelpdesk
    ) -> None:
        source = rt(ScriptedRt(range(0)))
        helpdesk.script = lambda _path, _query: answer({"items": [], "total": 5})
        with pytest.raises(SourceError, match="does not list them"):
            read(source)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hi &amp; hello,</p>\n<p>my <b>order</b><br>is late</p>", "Hi & hello,\nmy order\nis late"),
        ("<style>p { color: red }</style><script>x()</script><p>shown</p>", "shown"),
        ("<ul><li>one<li>two</ul>", "one\ntwo"),
        ("a&nbsp;&lt;b&gt;\n c", "a <b> c"),
        ("<p>a < b <![foo[", "a < b <![foo["),
        ("<!-- <p>no</p> --><!--[if mso]><p>no<![endif]-->yes --> so", "yes --> so"),
        ('<TITLE>no</TITLE><A HREF="http://x">a link</A>', "a link"),
        ("<p>shown<style>never closed", "shown"),
        ("", ""),
    ],
)
def test_rt_html_becomes_plain_text(html: str, text: str) -> None:
    assert to_plain_text(html) == text


@pytest.mark.parametrize("piece", ["<", "<a", "a", "<!--", "<style>", "<![", "-->", "&", "< ", "\n"])
def test_no_rt_html_is_slow_to_convert(piece: str) -> None:
    began = time.process_time()
    to_plain_text("<" + piece * (1_000_000 // len(piece)))
    assert time.process_time() - began < 10
