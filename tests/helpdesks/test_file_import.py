"""Importing a file in the browser: uploading it in parts, looking at it, starting the import, and who may do so."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import Membership, Tenant, User
from tests.builders import store_tickets
from tests.conftest import member
from tests.helpdesks.test_known_exports import JIRA_CSV, ZENDESK_CSV
from tickets import jobs
from tickets.helpdesks.files import uploads
from tickets.helpdesks.files.uploads import LARGEST, PART_BYTES, find_upload, safe_name
from tickets.helpdesks.model import Source
from tickets.ingestion import uploaded_import
from tickets.ingestion.worker import Worker
from tickets.jobs import JobRequest
from tickets.store import quarantine
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")

BEGIN = "/t/acme/settings/import/"
STORED = ("tickets", "ticket_history", "quarantine", "ingestion_logs", "name_spaces", "audit_log", "outbox")
SIMPLE = "id,created_at,subject,message,status\n1,2026-03-10,one,Hello,open\n2,2026-03-10,two,Hello,Odd\n"
READ = {"timezone": "UTC", "encoding": "utf-8-sig", "date_format": "", "name": ""}


@pytest.fixture
def browser(manager: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(manager)


def begin(client: Client, name: str, size: int) -> Any:
    return client.post(BEGIN, {"name": name, "size": str(size)})


def upload(client: Client, content: str | bytes, name: str = "old.csv") -> str:
    """Upload a file as the page does; returns the address of its preview."""
    data = content.encode() if isinstance(content, str) else content
    begun = begin(client, name, len(data))
    assert begun.status_code == 200, begun.content
    said = begun.json()
    for number in range(-(-len(data) // said["part_bytes"])):
        part = data[number * said["part_bytes"] : (number + 1) * said["part_bytes"]]
        sent = client.post(f"{said['parts']}?number={number}", part, content_type="application/octet-stream")
        assert sent.status_code == 204, sent.content
    next_page: str = said["next"]
    return next_page


def page(client: Client, address: str, values: dict[str, str] | None = None, *, status: int = 200) -> str:
    answer = client.get(address) if values is None else client.post(address, {**READ, **values})
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def start(client: Client, address: str, values: dict[str, str] | None = None) -> Any:
    return client.post(address, {**READ, **(values or {}), "start": "1"})


def counts() -> dict[str, int]:
    return {name: mongo.collection(name).count_documents({}) for name in STORED}


class TestUpload:
    def test_a_file_of_several_parts_arrives_as_it_was(self, browser: Client, tenant: Tenant, manager: User) -> None:
        content = bytes(range(256)) * (PART_BYTES // 128) + b"end"
        address = upload(browser, content, name="large.csv")
        found = find_upload(tenant, manager, address.rstrip("/").rpartition("/")[2])
        assert found is not None and found.part_count == 3 and uploads.is_complete(found)
        with uploads.as_file(found) as path:
            assert path.read_bytes() == content
            assert path.parent.stat().st_mode & 0o077 == 0, "nobody else can read it"
        assert not path.parent.exists()

    @pytest.mark.parametrize(
        ("name", "size", "complaint"),
        [
            ("a.csv", 0, "The file is empty."),
            ("a.csv", -5, "The file is empty."),
            ("a.csv", LARGEST + 1, "The file is larger than 25 MB."),
            ("a.xlsx", 10, "must end in one of these: .csv,"),
            ("a.csv.exe", 10, "must end in one of these"),
            ("", 10, "must end in one of these"),
            (".csv", 10, "must end in one of these"),
        ],
    )
    def test_an_unsuitable_file_is_rejected_before_it_is_sent(
        self, name: str, size: int, complaint: str, browser: Client
    ) -> None:
        answer = begin(browser, name, size)
        assert (answer.status_code, complaint in answer.json()["detail"]) == (422, True)
        assert mongo.collection(uploads.COLLECTION).count_documents({}) == 0

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("../../etc/passwd.csv", "passwd.csv"),
            ("C:\\Users\\x\\Export 3 (1).CSV", "Export 3 (1).CSV"),
            ("a\0b\n<script>.csv", "a_b__script_.csv"),
            ("Größe.csv", "Größe.csv"),
            ("x" * 500 + ".jsonl", "x" * 94 + ".jsonl"),
            ("....csv", "csv"),
        ],
    )
    def test_names_lose_what_a_file_system_reads_into_them(self, given: str, kept: str) -> None:
        assert safe_name(given) == kept

    @pytest.mark.parametrize(
        ("number", "size"), [("1", 5), ("-1", 5), ("x", 5), ("", 5), ("0", 4), ("0", 6), ("9" * 30, 5)]
    )
    def test_only_the_parts_that_were_announced_are_stored(self, number: str, size: int, browser: Client) -> None:
        parts = begin(browser, "a.csv", 5).json()["parts"]
        answer = browser.post(f"{parts}?number={number}", b"x" * size, content_type="application/octet-stream")
        assert (answer.status_code, "not a part of the file" in answer.json()["detail"]) == (422, True)
        assert mongo.collection(uploads.PARTS).count_documents({}) == 0

    def test_a_part_sent_twice_is_stored_once(self, browser: Client) -> None:
        parts = begin(browser, "a.csv", 5).json()["parts"]
        for _ in range(2):
            assert (
                browser.post(f"{parts}?number=0", b"hello", content_type="application/octet-stream").status_code == 204
            )
        assert mongo.collection(uploads.PARTS).count_documents({}) == 1

    def test_a_part_is_no_larger_than_any_request(self, browser: Client) -> None:
        parts = begin(browser, "a.csv", LARGEST).json()["parts"]
        answer = browser.post(f"{parts}?number=0", b"x" * 2_700_000, content_type="application/octet-stream")
        assert answer.status_code == 413

    def test_a_form_with_a_file_is_still_rejected(self, browser: Client) -> None:
        address = upload(browser, SIMPLE)
        for each in (BEGIN, address, f"{address}part/"):
            assert browser.post(each, {"file": SimpleUploadedFile("a.csv", b"x")}).status_code == 415

    def test_a_person_keeps_only_so_many_files(self, browser: Client) -> None:
        for _ in range(uploads.MOST_FILES + 2):
            upload(browser, SIMPLE)
        assert mongo.collection(uploads.COLLECTION).count_documents({}) == uploads.MOST_FILES
        assert mongo.collection(uploads.PARTS).count_documents({}) == uploads.MOST_FILES

    def test_uploads_are_limited(self, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tickets.views.helpdesks.file_import.UPLOADS_OF_A_PERSON", 2)
        assert [begin(browser, "a.csv", 5).status_code for _ in range(3)] == [200, 200, 429]


class TestPermissions:
    def test_a_viewer_may_not_import(
        self, tenant: Tenant, client_of: Callable[[User], Client], browser: Client
    ) -> None:
        viewer = client_of(member("vera", tenant, "viewer"))
        address = upload(browser, SIMPLE)
        assert [viewer.get(BEGIN).status_code, viewer.get(address).status_code] == [403, 403]
        assert begin(viewer, "a.csv", 5).status_code == 403

    def test_nobody_else_sees_or_completes_a_file(
        self, browser: Client, owner: User, stranger: User, client_of: Callable[[User], Client]
    ) -> None:
        address = upload(browser, SIMPLE)
        admin = client_of(owner)
        assert admin.get(address).headers["Location"] == BEGIN
        assert start(admin, address).headers["Location"] == BEGIN
        part, kind = b"x" * len(SIMPLE), "application/octet-stream"
        assert admin.post(f"{address}part/?number=0", part, content_type=kind).status_code == 422
        assert client_of(stranger).get(address).status_code == 404
        assert client_of(stranger).post(f"{address}part/?number=0", part, content_type=kind).status_code == 404
        assert jobs.find_recent(Tenant.objects.get(slug="acme")) == []

    def test_a_file_of_another_tenant_is_not_found(self, browser: Client, manager: User, other_tenant: Tenant) -> None:
        address = upload(browser, SIMPLE)
        Membership.objects.create(tenant=other_tenant, user=manager, role="manager")
        elsewhere = address.replace("/t/acme/", f"/t/{other_tenant.slug}/")
        assert browser.get(elsewhere).status_code == 302

    def test_an_hour_later_it_is_gone(self, browser: Client) -> None:
        address = upload(browser, SIMPLE)
        past = clock.now() - timedelta(seconds=1)
        mongo.collection(uploads.COLLECTION).update_many({}, {"$set": {"expires_at": past}})
        answer = browser.get(address, follow=True)
        assert "was not imported within an hour" in answer.content.decode()

    def test_both_collections_expire(self) -> None:
        for name in (uploads.COLLECTION, uploads.PARTS):
            found = mongo.collection(name).index_information().values()
            assert [each["expireAfterSeconds"] for each in found if each["key"] == [("expires_at", 1)]] == [0]


class TestPreview:
    def test_nothing_is_stored_before_the_import_is_started(self, browser: Client) -> None:
        before = counts()
        address = upload(browser, SIMPLE)
        page(browser, address)
        page(browser, address, {"name": "mine", "timezone": "Europe/Berlin", "check": "1"})
        assert counts() == before

    def test_an_export_is_recognised_and_shown_as_tickets(self, browser: Client) -> None:
        text = page(browser, upload(browser, JIRA_CSV, name="Jira.csv"))
        assert "Recognised: Jira issues (CSV)." in text and "--" not in text.split("</h1>")[1].split("<form")[0]
        assert "2 rows" in text and "2 would become tickets" in text
        assert "Export hangs" in text and "It hangs at 99%" in text and "line 2" in text
        assert "Unused columns: <bdi>Issue id, Project key, Last Viewed, Comment, Comment#2" in text

    def test_fields_without_values_have_their_names_of_the_page(self, browser: Client) -> None:
        text = page(browser, upload(browser, SIMPLE))
        assert "No row has a value for: Last changed, Customer, Source. If the file has them, choose" in text

    def test_a_file_without_rows_or_without_text_leads_to_another_upload(self, browser: Client) -> None:
        for content, problem in (("id,created_at\n", "no row with a ticket"), (bytes(range(256)), "not a text file")):
            text = page(browser, upload(browser, content))
            assert problem in text and f'href="{BEGIN}">Upload another file' in text
            assert "would become tickets" not in text

    def test_choices_outlast_input_that_is_wrong(
        self, browser: Client, tenant: Tenant, native_source: Callable[..., Source]
    ) -> None:
        native_source("http://127.0.0.1:9", name="support")
        address = upload(browser, SIMPLE.replace("subject", "Headline"))
        chosen = {"column:subject": "Headline", "status:Odd": "pending"}
        for values, status in (({"name": "a b"}, 422), ({"name": "support"}, 200), ({"encoding": "cp932"}, 200)):
            text = page(browser, address, {**chosen, **values}, status=status)
            assert '<option value="Headline" selected' in text and 'value="pending" selected' in text
        jobs.enqueue(tenant, JobRequest(trigger="web", started_by="test"))
        answer = start(browser, address, {**chosen, "name": "old"})
        text = answer.content.decode()
        assert "A run is active." in text and "Import 2 rows" in text and '<option value="Headline" selected' in text

    def test_what_is_left_out_or_rejected_is_said_with_its_lines(self, browser: Client) -> None:
        text = page(browser, upload(browser, ZENDESK_CSV + "2,44,x\n", name="z.csv"))
        assert "4 rows" in text and "1 would be left out (deleted tickets)" in text and "1 would be rejected" in text
        assert "has 3 columns, but the header has 27 (line 5)" in text

    def test_unmapped_statuses_can_be_mapped(self, browser: Client, tenant: Tenant) -> None:
        address = upload(browser, SIMPLE)
        field = next(iter(_fields(page(browser, address), "Odd means")))
        text = page(browser, address, {field: "pending", "check": "1"})
        assert ">not mapped yet<" not in text and 'value="pending" selected' in text
        assert start(browser, address, {field: "pending"}).status_code == 302
        Worker().run_pending()
        ticket = TicketStore(tenant).find_ticket("2")
        assert ticket is not None and ticket["status"] == "pending"

    def test_a_status_is_never_mapped_to_anything_else(self, browser: Client) -> None:
        address = upload(browser, SIMPLE)
        field = next(iter(_fields(page(browser, address), "Odd means")))
        assert ">not mapped yet<" in page(browser, address, {field: "exploded", "check": "1"})

    def test_columns_can_be_chosen_where_none_was_found(self, browser: Client, tenant: Tenant) -> None:
        address = upload(browser, "Nr,Opened,Title\n7,04.03.2026 09:00,zu\n")
        text = page(browser, address)
        assert "no column for the ticket’s ID or creation" in text and '<option value="Opened"' in text
        chosen = {"column:id": "Nr", "column:created_at": "Opened", "column:subject": "Title"}
        text = page(browser, address, chosen)
        assert "may start with the day or the month" in text and "Import 1 row" not in text
        chosen |= {"date_format": "%d.%m.%Y %H:%M", "timezone": "Europe/Berlin"}
        assert "Import 1 row" in page(browser, address, chosen)
        assert start(browser, address, chosen).status_code == 302
        Worker().run_pending()
        ticket = TicketStore(tenant).find_ticket("7")
        assert ticket is not None and ticket["created_at"].isoformat()[:16] == "2026-03-04T08:00"

    def test_a_wrong_encoding_can_be_corrected(self, browser: Client) -> None:
        address = upload(browser, "id,created_at,subject\n1,2026-03-10,Größe\n".encode("cp1252"))
        text = page(browser, address)
        assert "is not encoded in UTF-8" in text and "--encoding" not in text
        assert "Größe" in page(browser, address, {"encoding": "cp1252"})

    @pytest.mark.parametrize(
        ("name", "content", "complaint"),
        [
            ("a.csv", b"PK\x03\x04" + b"\0" * 50, "is a ZIP archive or an Excel file"),
            ("a.json", b"\x1f\x8b" + b"\0" * 50, "is compressed with gzip"),
            ("a.csv", b"only\n1\n", "no column for the ticket’s ID or creation"),
            ("a.csv", b"\n", "does not start with a header"),
            ("a.json", b"[" * 100_000, "is too large to read at once"),
            ("a.json", b'{"id": 1', "is not valid JSON"),
            ("a.json", b"[" + b"[]," * 3_000_000 + b"[]]", "is too large to read at once"),
            ("a.csv", b'id,created_at\n1,"2026', "is not closed"),
        ],
    )
    def test_hostile_files_get_a_sentence(self, name: str, content: bytes, complaint: str, browser: Client) -> None:
        text = page(browser, upload(browser, content, name=name))
        assert complaint in text and "No ticket was stored." in text

    def test_what_a_file_says_is_text(self, browser: Client) -> None:
        content = 'id,created_at,subject,"<b>col"\n1,2026-03-10,<script>alert(1)</script>,x\n'
        text = page(browser, upload(browser, content, name="<img src=x>.csv"))
        assert "<script>alert" not in text and "<b>col" not in text and "<img src" not in text

    @pytest.mark.parametrize(
        "values", [{"timezone": "Mars/Base"}, {"encoding": "klingon"}, {"date_format": "%Z"}, {"name": "a b/c"}]
    )
    def test_settings_that_do_not_exist_are_rejected(self, values: dict[str, str], browser: Client) -> None:
        address = upload(browser, SIMPLE)
        page(browser, address, {**values, "start": "1"}, status=422)
        assert mongo.collection(jobs.COLLECTION).count_documents({}) == 0

    def test_a_long_file_is_counted_whole_and_checked_in_part(
        self, browser: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(uploaded_import, "CHECKED", 500)
        rows = "".join(f"{n},2026-03-10,x\n" for n in range(1700))
        text = page(browser, upload(browser, "id,created_at,subject\n" + rows))
        assert "1,700 rows" in text and "Of the first 500 rows, 500 would become tickets" in text


class TestImport:
    def test_a_file_is_imported_by_a_worker_and_then_deleted(self, browser: Client, tenant: Tenant) -> None:
        answer = start(browser, upload(browser, JIRA_CSV, name="Jira.csv"))
        assert answer.headers["Location"] == "/t/acme/ingestion/"
        (job,) = jobs.find_recent(tenant)
        assert (job["status"], job["options"]["kind"], job["started_by"]) == ("queued", "import", "manager")
        Worker().run_pending()
        (job,) = jobs.find_recent(tenant)
        assert (job["status"], job["counts"]["new_ingested"]) == ("completed", 2)
        ticket = TicketStore(tenant).find_ticket("SUP-1")
        assert ticket is not None and ticket["status"] == "in_progress"
        for name in (uploads.COLLECTION, uploads.PARTS):
            assert mongo.collection(name).count_documents({}) == 0

    def test_the_same_file_again_changes_nothing(self, browser: Client, tenant: Tenant) -> None:
        for _ in range(2):
            start(browser, upload(browser, JIRA_CSV))
            Worker().run_pending()
        newest, _ = jobs.find_recent(tenant)
        assert (newest["counts"]["unchanged"], newest["counts"]["new_ingested"]) == (2, 0)

    def test_rejected_rows_are_kept_with_their_lines(self, browser: Client, tenant: Tenant) -> None:
        start(browser, upload(browser, SIMPLE + "3,soon,x,y,open\n"))
        Worker().run_pending()
        (job,) = jobs.find_recent(tenant)
        assert (job["status"], job["counts"]["quarantined"]) == ("partial", 1)
        assert quarantine.count_records(tenant) == 1
        assert "line 4 of old.csv" in browser.get("/t/acme/quarantine/").content.decode()

    def test_an_import_beside_a_connection_has_a_name_of_its_own(
        self, browser: Client, tenant: Tenant, native_source: Callable[..., Source]
    ) -> None:
        native_source("http://127.0.0.1:9")
        store_tickets(tenant, [{"id": "1"}])
        address = upload(browser, SIMPLE)
        assert 'value="old.csv"' in page(browser, address)
        start(browser, address, {"name": "archive", "into": ""})
        Worker().run_pending()
        assert set(TicketStore(tenant).iterate_live_ids()) == {"1", "archive:1", "archive:2"}

    def test_a_file_of_the_connected_helpdesk_updates_its_tickets(
        self, browser: Client, tenant: Tenant, native_source: Callable[..., Source]
    ) -> None:
        native_source("http://127.0.0.1:9")
        address = upload(browser, SIMPLE)
        assert start(browser, address, {"name": "", "into": "native"}).status_code == 302
        Worker().run_pending()
        assert set(TicketStore(tenant).iterate_live_ids()) == {"1", "2"}
        assert start(browser, upload(browser, SIMPLE), {"into": "nowhere"}).status_code == 422

    def test_the_name_of_a_connection_is_not_taken(self, browser: Client, native_source: Callable[..., Source]) -> None:
        native_source("http://127.0.0.1:9")
        address = upload(browser, SIMPLE)
        assert start(browser, address, {"name": "native"}).status_code == 422
        assert mongo.collection(jobs.COLLECTION).count_documents({}) == 0

    def test_while_a_run_is_active_the_file_is_kept(self, browser: Client, tenant: Tenant) -> None:
        jobs.enqueue(tenant, JobRequest(trigger="web", started_by="x"))
        address = upload(browser, SIMPLE)
        answer = start(browser, address)
        assert answer.status_code == 422 and "A run is active." in answer.content.decode()
        assert "2 rows" in page(browser, address)

    def test_an_incomplete_file_is_not_imported(self, browser: Client) -> None:
        address = begin(browser, "a.csv", 5).json()["next"]
        assert "is not complete" in page(browser, address)
        assert start(browser, address).status_code == 422
        assert mongo.collection(jobs.COLLECTION).count_documents({}) == 0

    def test_a_file_that_expired_in_the_queue_fails_with_a_sentence(self, browser: Client, tenant: Tenant) -> None:
        start(browser, upload(browser, SIMPLE))
        mongo.collection(uploads.COLLECTION).delete_many({})
        Worker().run_pending()
        (job,) = jobs.find_recent(tenant)
        assert (job["status"], "Upload it again." in job["error"]["message"]) == ("failed", True)
        assert TicketStore(tenant).count_live() == 0

    def test_a_killed_worker_leaves_a_failed_job_and_nothing_is_doubled(self, browser: Client, tenant: Tenant) -> None:
        start(browser, upload(browser, SIMPLE))
        assert jobs.claim_next("killed") is not None
        jobs.end_lost_jobs(now=clock.now() + timedelta(minutes=5))
        (job,) = jobs.find_recent(tenant)
        assert (
            job["status"] == "failed" and "Import the file again: nothing is imported twice." in job["error"]["message"]
        )
        start(browser, upload(browser, SIMPLE))
        Worker().run_pending()
        assert TicketStore(tenant).count_live() == 2

    def test_the_page_shows_a_running_import_without_a_connection(self, browser: Client, tenant: Tenant) -> None:
        start(browser, upload(browser, SIMPLE))
        text = page(browser, "/t/acme/ingestion/")
        (job,) = jobs.find_recent(tenant)
        assert "Importing a file" in text and job["_id"] in text
        live = browser.get(f"/t/acme/ingestion/status/?job={job['_id']}", headers={"HX-Request": "true"})
        assert live.status_code == 200 and "API limit" not in live.content.decode()
        Worker().run_pending()
        answer = browser.get(f"/t/acme/ingestion/status/?job={job['_id']}", headers={"HX-Request": "true"})
        assert answer.headers["HX-Refresh"] == "true"
        text = page(browser, "/t/acme/ingestion/")
        assert "file import" in text and "Importing a file" not in text

    def test_json_is_imported_too(self, browser: Client, tenant: Tenant) -> None:
        content = json.dumps({"tickets": [{"id": 5, "created_at": "2026-03-10", "subject": "one"}]})
        start(browser, upload(browser, content, name="x.json"))
        Worker().run_pending()
        assert TicketStore(tenant).find_ticket("5") is not None


class TestWays:
    def test_the_pages_lead_to_the_import(
        self, browser: Client, owner: User, client_of: Callable[[User], Client]
    ) -> None:
        for client, address in (
            (browser, "/t/acme/ingestion/"),
            (client_of(owner), "/t/acme/settings/source/"),
            (client_of(owner), "/t/acme/settings/source/new/file/"),
        ):
            assert f'href="{BEGIN}"' in client.get(address).content.decode(), address


def _fields(text: str, label: str) -> list[str]:
    """The names of the choices with that label."""
    before = [part for part in text.split("<select ") if f'aria-label="{label}"' in part.partition(">")[0]]
    return [part.partition('name="')[2].partition('"')[0] for part in before]
