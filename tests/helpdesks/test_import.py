"""File imports: what is read, what is rejected, and what an import may change."""

import json
import os
import signal
import subprocess
import threading
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from supportsaas.db import mongo
from tenants.models import Tenant
from tests import processes
from tests.builders import NOON, delete_stored, record, store_tickets
from tests.commands import run
from tests.helpdesk import ScriptedHelpdesk
from tests.helpdesks.reading_files import read
from tickets import jobs
from tickets.helpdesks.files import text_lines
from tickets.helpdesks.files.file import PAGE_RECORDS, FileFormat, FileSource
from tickets.helpdesks.files.text_lines import FileError
from tickets.helpdesks.model import Source
from tickets.ingestion.worker import Worker
from tickets.jobs import JobRequest
from tickets.records.normalize import InvalidRecord, normalize_record
from tickets.store import quarantine
from tickets.store.ticket_store import TicketStore

Write = Callable[..., Path]
HEADER = "id,created_at,subject\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file with text, bytes, or objects as JSON lines."""

    def make(name: str, content: Any) -> Path:
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, str):
            path.write_text(content, encoding="utf-8", newline="")
        else:
            path.write_text("".join(json.dumps(each) + "\n" for each in content), encoding="utf-8")
        return path

    return make


class TestCsv:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_any_common_delimiter_is_found(self, delimiter: str, write: Write) -> None:
        text = delimiter.join(["id", "created_at", "subject"]) + "\r\n" + delimiter.join(["1", "2026-03-10", "a"])
        assert read(write("x.csv", text)) == [{"id": "1", "created_at": "2026-03-10T00:00:00+00:00", "subject": "a"}]

    def test_marks_quotes_and_line_breaks_are_understood(self, write: Write) -> None:
        text = '\ufeffid,created_at,subject,message\n1,2026-03-10,"a, ""b""","one\r\ntwo"\n\n2,2026-03-10,,\n'
        first, second = read(write("x.csv", text))
        assert (first["id"], first["subject"], first["message"]) == ("1", 'a, "b"', "one\r\ntwo")
        assert second == {"id": "2", "created_at": "2026-03-10T00:00:00+00:00"}

    def test_columns_are_mapped_with_defaults_and_statuses(self, write: Write) -> None:
        text = "Ticket ID;Opened;State;Via\n7;2026-03-10T09:00:00Z;Solved;\n8;2026-03-10T09:00:00Z;Odd;mail\n"
        found = read(
            write("x.csv", text),
            fields={"id": "Ticket ID", "created_at": "Opened", "status": "State", "source": "Via"},
            defaults={"source": "old-desk"},
            status_map={"Solved": "resolved"},
        )
        when = "2026-03-10T09:00:00Z"
        assert found == [
            {"id": "7", "created_at": when, "status": "resolved", "source": "old-desk"},
            {"id": "8", "created_at": when, "status": "Odd", "source": "mail"},
        ]

    @pytest.mark.parametrize(
        ("text", "fields", "complaint"),
        [
            ("", {}, "does not start with a header of column names"),
            ("id,born\n", {}, "No column “created_at”. Map one with --map created_at=COLUMN"),
            ("id,id,created_at\n", {}, "more than one column “id”"),
            ("id,created_at\n", {"subject": "Title"}, "no column “Title”. Columns: id, created_at."),
        ],
    )
    def test_a_missing_column_is_reported_before_anything_is_read(
        self, text: str, fields: dict[str, str], complaint: str, write: Write
    ) -> None:
        with pytest.raises(FileError, match=complaint.replace(".", r"\.")):
            read(write("x.csv", text), fields=fields)

    def test_a_row_of_wrong_length_is_rejected_and_the_next_one_read(self, write: Write) -> None:
        found = read(write("x.csv", HEADER + "1,2026-03-10\n2,2026-03-10,a,b\n3,2026-03-10,c\n"))
        assert found[:2] == [
            "record has 2 columns, but the header has 3",
            "record has 4 columns, but the header has 3",
        ]
        assert found[2]["id"] == "3"

    def test_a_broken_row_is_rejected_and_the_next_one_read(self, write: Write) -> None:
        first, second = read(write("x.csv", HEADER + '1,2026-03-10,"a"b\n2,2026-03-10,c\n'))
        assert first.startswith("record is not valid CSV:")
        assert second["id"] == "2"

    def test_an_unclosed_quote_is_an_error(self, write: Write) -> None:
        with pytest.raises(FileError, match=r"in line 3 of x\.csv is not closed"):
            read(write("x.csv", HEADER + '1,2026-03-10,a\n2,2026-03-10,"b\n3,2026-03-10,c\n'))

    def test_an_endless_field_is_a_clear_error(self, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tickets.helpdesks.files.file.LONGEST_LINE", 1000)
        with pytest.raises(FileError, match="in line 2"):
            read(write("x.csv", HEADER + '1,2026-03-10,"' + "b\n" * 2000 + '"\n'))

    def test_an_endless_line_is_a_clear_error(self, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(text_lines, "LONGEST_LINE", 1000)
        with pytest.raises(FileError, match=r"Line 2 of x\.csv is longer than 1,000 characters"):
            read(write("x.csv", HEADER + "1,2026-03-10," + "b" * 2000))


class TestJsonLines:
    def test_nested_values_are_found_by_their_path(self, write: Write) -> None:
        path = write("x.jsonl", [{"key": 7, "by": {"mail": "a@b.c"}, "born": "2026-03-10T09:00:00Z", "tags": ["x"]}])
        fields = {"id": "key", "customer_id": "by.mail", "created_at": "born", "subject": "tags.0"}
        (found,) = read(path, fields=fields)
        assert (found["id"], found["customer_id"], found["subject"]) == (7, "a@b.c", "x")

    def test_json_lines_that_are_not_objects_are_rejected_with_their_number(self, write: Write) -> None:
        path = write("x.ndjson", '{"id": 1, "created_at": "2026-03-10"}\n\n{"id": 2,\n[3]\n{"id": 4}\n')
        source = FileSource(path, FileFormat())
        (page,) = source.pages()
        source.close()
        _, broken, listed, last = page.records
        assert broken.problem[1].startswith("is not valid JSON: ") and broken.raw == {"line": 3, "text": '{"id": 2,'}
        assert (listed.fields, listed.problem[1]) == (None, "is not an object")
        assert (broken.place, last.place) == ("line 3 of x.ndjson", "line 5 of x.ndjson")

    def test_only_the_endless_json_line_is_rejected(self, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(text_lines, "LONGEST_LINE", 1000)
        long = json.dumps({"id": 1, "message": "x" * 5_000_000})
        found = read(write("x.jsonl", f'{long}\n{{"id": 2}}\n'))
        assert "is longer than" in found[0]
        assert found[1] == {"id": 2}

    @pytest.mark.parametrize("line", ["[" * 100_000, "1" * 5000])
    def test_malicious_json_is_rejected(self, line: str, write: Write) -> None:
        assert read(write("x.jsonl", f'{line}\n{{"id": 2}}\n'))[1] == {"id": 2}


class TestTimes:
    @pytest.mark.parametrize(
        ("text", "zone", "date_format", "found"),
        [
            ("2026-07-10 09:00", "Europe/Berlin", "", "2026-07-10T07:00:00+00:00"),
            ("2026-07-10T09:00:00Z", "Europe/Berlin", "", "2026-07-10T09:00:00Z"),
            ("10 Jul 2026 09:00", "Europe/Berlin", "", "2026-07-10T07:00:00+00:00"),
            ("04.03.2026 09:00", "UTC", "%d.%m.%Y %H:%M", "2026-03-04T09:00:00+00:00"),
            ("04.03.2026 09:00", "Asia/Kolkata", "%d.%m.%Y %H:%M", "2026-03-04T03:30:00+00:00"),
            ("soon", "UTC", "", "soon"),
        ],
    )
    def test_a_time_without_a_zone_is_in_the_one_given(
        self, text: str, zone: str, date_format: str, found: str, write: Write
    ) -> None:
        from zoneinfo import ZoneInfo

        (record_,) = read(write("x.csv", f"id,created_at\n1,{text}\n"), zone=ZoneInfo(zone), date_format=date_format)
        assert record_["created_at"] == found

    @pytest.mark.parametrize("text", ["04.03.2026 09:00", "4/3/26", "31-12-2026"])
    def test_whether_the_day_or_the_month_comes_first_is_never_guessed(self, text: str, write: Write) -> None:
        (fields,) = read(write("x.csv", f"id,created_at\n1,{text}\n"))
        with pytest.raises(InvalidRecord, match="created_at: may start with the day or the month; set a date_format"):
            normalize_record(fields, tenant_id="acme")


class TestEncodings:
    def test_a_file_in_another_encoding_than_the_named_one_is_a_clear_error(self, write: Write) -> None:
        path = write("x.csv", (HEADER + "1,2026-03-10,Grüße\n").encode("cp1252"))
        with pytest.raises(FileError, match=r"not encoded in UTF-8 .* --encoding cp1252"):
            read(path)
        assert read(path, encoding="cp1252")[0]["subject"] == "Grüße"

    def test_two_bytes_a_letter_are_read_when_named(self, write: Write) -> None:
        path = write("x.txt", "id\tcreated_at\n1\t2026-03-10\n".encode("utf-16"))
        assert read(path, encoding="utf-16")[0]["id"] == "1"

    def test_an_unknown_encoding_is_reported(self, write: Write) -> None:
        with pytest.raises(FileError, match="nknown encoding “klingon”"):
            read(write("x.csv", HEADER), encoding="klingon")


class TestOtherFiles:
    @pytest.mark.parametrize(
        ("head", "complaint"),
        [
            (b"PK\x03\x04\x14\x00\x06\x00", "is a ZIP archive or an Excel file"),
            (b"\x1f\x8b\x08\x00", "is compressed with gzip. Unpack it first."),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old Excel file"),
            (b"%PDF-1.7\n%\xe2\xe3", "is a PDF"),
            (b"\xef\xbb\xbf\n <!DOCTYPE HTML><table>", "is a web page"),
            (b"\x00" * 600, "is not a text file"),
            (bytes(range(256)) * 3, "is not a text file"),
        ],
    )
    @pytest.mark.parametrize("name", ["x.csv", "x.json", "x.jsonl"])
    def test_the_sentence_says_what_the_file_is(self, head: bytes, complaint: str, name: str, write: Write) -> None:
        with pytest.raises(FileError, match=f"^{name.replace('.', '[.]')} {complaint}"):
            read(write(name, head))

    @pytest.mark.parametrize("text", ['{"tickets": []}', '[{"id": 1}]', '[\n {"id": 1}\n]'])
    def test_json_under_a_csv_name_says_how_to_name_it(self, text: str, write: Write) -> None:
        with pytest.raises(FileError, match=r"x\.csv has JSON in it\. Name it \.json"):
            read(write("x.csv", text))

    def test_a_column_name_in_brackets_is_no_json(self, write: Write) -> None:
        assert read(write("x.csv", "[plan],id,created_at\nPro,1,2026-03-10\n"))[0]["id"] == "1"

    def test_a_single_column_is_not_enough(self, write: Write) -> None:
        with pytest.raises(FileError, match="No column “created_at”"):
            read(write("x.csv", "id\n1\n"))


class TestSize:
    def test_a_large_file_takes_no_more_memory_than_a_small_one(self, tmp_path: Path) -> None:
        """50,000 rows of about 16 MB, which would exceed the limit in memory."""
        path = tmp_path / "large.csv"
        with path.open("w", encoding="utf-8") as file:
            file.write("id,created_at,message\n")
            for number in range(50_000):
                file.write(f"T-{number},2026-03-10T09:00:00Z,{'x' * 300}\n")
        source = FileSource(path, FileFormat())
        tracemalloc.start()
        count = sum(len(page.records) for page in source.pages())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        source.close()
        assert count == 50_000
        assert peak < 4_000_000

    def test_the_first_page_is_there_before_the_file_is_written_to_its_end(self, tmp_path: Path) -> None:
        path = tmp_path / "pipe.jsonl"
        os.mkfifo(path)
        go_on = threading.Event()

        def write_slowly() -> None:
            with path.open("w", encoding="utf-8", buffering=1) as pipe:
                # Readers take blocks, so a little more than a page has to be there.
                pipe.writelines(f'{{"id": {n}, "message": "{"x" * 100}"}}\n' for n in range(PAGE_RECORDS + 200))
                go_on.wait(30)
                pipe.writelines(f'{{"id": {n}}}\n' for n in range(10))

        writer = threading.Thread(target=write_slowly)
        writer.start()
        source = FileSource(path, FileFormat())
        pages = source.pages()
        first = next(pages)
        assert (len(first.records), first.total_pages, source.size) == (PAGE_RECORDS, None, None)
        go_on.set()
        assert sum(len(page.records) for page in pages) == 210
        writer.join()
        source.close()

    def test_huge_records_fill_a_page_before_their_number_does(
        self, write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tickets.helpdesks.files.file.PAGE_CHARACTERS", 10_000)
        path = write("x.jsonl", [{"id": n, "message": "x" * 4000} for n in range(10)])
        source = FileSource(path, FileFormat())
        assert [len(page.records) for page in source.pages()] == [3, 3, 3, 1]
        source.close()

    def test_progress_goes_by_bytes_and_ends_at_the_last_page(self, write: Write) -> None:
        rows = "".join(f"{n},2026-03-10,{'x' * 50}\n" for n in range(1700))
        source = FileSource(write("x.csv", HEADER + rows), FileFormat())
        pages = list(source.pages())
        source.close()
        assert [page.number for page in pages] == [1, 2, 3, 4]
        assert all(page.total_pages is not None and page.total_pages >= 3 for page in pages)
        assert pages[-1].total_pages == 4
        assert source.bytes_read == source.size


@pytest.mark.usefixtures("db")
class TestCommand:
    @pytest.fixture(autouse=True)
    def _connected(self, native_source: Callable[..., Source]) -> None:
        """A helpdesk that does not respond, so a request to it would fail."""
        native_source("http://127.0.0.1:9")

    @pytest.fixture
    def store(self, tenant: Tenant) -> TicketStore:
        return TicketStore(tenant)

    def test_a_clean_file_comes_in_and_a_second_time_adds_nothing(self, write: Write, store: TicketStore) -> None:
        path = write("old.jsonl", [record(f"T-{n}") for n in range(3)])
        assert run("import_tickets", "acme", str(path)) == (
            0, "acme: completed: 3 new, 0 updated, 0 unchanged, 0 deleted\n", "",
        )  # fmt: skip
        assert run("import_tickets", "acme", str(path))[1] == (
            "acme: completed: 0 new, 0 updated, 3 unchanged, 0 deleted\n"
        )
        assert set(store.iterate_live_ids()) == {f"old.jsonl:T-{n}" for n in range(3)}
        assert len(store.find_history("old.jsonl:T-1")) == 1

    def test_options_say_how_a_csv_is_read(self, write: Write, store: TicketStore) -> None:
        path = write("old.csv", "Nr;Opened;State\n7;04.03.2026 09:00;zu\n")
        status, _, err = run(
            "import_tickets", "acme", str(path), "--map", "id=Nr", "created_at=Opened", "--map", "status=State",
            "--default", "source=old desk", "--status-map", "zu=closed", "--timezone", "Europe/Berlin",
            "--date-format", "%d.%m.%Y %H:%M",
        )  # fmt: skip
        assert (status, err) == (0, "")
        ticket = store.find_ticket("old.csv:7")
        assert ticket is not None
        assert (ticket["status"], ticket["source"]) == ("closed", "old desk")
        assert ticket["created_at"] == datetime(2026, 3, 4, 8, 0, tzinfo=UTC)

    def test_an_import_deletes_nothing_and_moves_no_cursor(
        self, tenant: Tenant, write: Write, store: TicketStore
    ) -> None:
        store_tickets(tenant, [{"id": f"S-{n}"} for n in range(20)])
        assert run("import_tickets", "acme", str(write("x.jsonl", [record("T-1")])))[0] == 0
        assert store.count_live() == 21
        assert mongo.collection("sync_state").count_documents({}) == 0

    def test_an_older_version_never_overwrites_a_newer_one(
        self, tenant: Tenant, write: Write, store: TicketStore
    ) -> None:
        store_tickets(tenant, [{"id": "T-1", "status": "closed", "updated_at": "2026-03-10T11:00:00Z"}])
        old = record("T-1", status="open", updated_at="2026-03-10T10:00:00Z")
        assert "1 unchanged" in run("import_tickets", "acme", str(write("x.jsonl", [old])), "--into", "native")[1]
        ticket = store.find_ticket("T-1")
        assert ticket is not None and ticket["status"] == "closed"

    def test_only_a_row_newer_than_the_deletion_brings_a_ticket_back(
        self, tenant: Tenant, write: Write, store: TicketStore
    ) -> None:
        store_tickets(tenant, [{"id": "T-1"}])
        delete_stored(tenant, ["T-1"])
        path = str(write("x.jsonl", [record("T-1")]))
        assert "1 unchanged" in run("import_tickets", "acme", path, "--into", "native")[1]
        assert store.count_live() == 0
        path = str(write("x.jsonl", [record("T-1", updated_at=(NOON + timedelta(hours=1)).isoformat())]))
        assert "1 restored" in run("import_tickets", "acme", path, "--into", "native")[1]
        assert store.count_live() == 1

    def test_records_of_another_tenant_are_rejected_and_counted(self, write: Write, store: TicketStore) -> None:
        path = write("x.jsonl", [record("T-1"), record("T-2", tenant_id="globex")])
        assert "1 of other tenants rejected" in run("import_tickets", "acme", str(path))[1]
        assert set(store.iterate_live_ids()) == {"x.jsonl:T-1"}

    def test_rejected_records_are_quarantined_with_their_line_and_exit_status_3(
        self, tenant: Tenant, write: Write
    ) -> None:
        path = write("old.csv", "Nr,created_at\n1,2026-03-10\n2,soon\n3,2026-03-10,x\n")
        status, _, err = run("import_tickets", "acme", str(path), "--map", "id=Nr")
        assert status == 3
        assert "partial: 1 new, 0 updated, 0 unchanged, 0 deleted, 2 rejected" in err
        found = {each["place"]: each for each in quarantine.find_page(tenant).records}
        assert found["line 3 of old.csv"]["external_id"] == "old.csv:2"
        assert json.loads(found["line 3 of old.csv"]["payload"]) == {"Nr": "2", "created_at": "soon"}
        assert json.loads(found["line 4 of old.csv"]["payload"]) == {"line": 4, "columns": ["3", "2026-03-10", "x"]}

    def test_a_corrected_file_takes_its_records_out_of_quarantine(self, tenant: Tenant, write: Write) -> None:
        run("import_tickets", "acme", str(write("x.csv", "Nr,created_at\n2,soon\n")), "--map", "id=Nr")
        assert quarantine.count_records(tenant) == 1
        run("import_tickets", "acme", str(write("x.csv", "Nr,created_at\n2,2026-03-10\n")), "--map", "id=Nr")
        assert quarantine.count_records(tenant) == 0

    def test_a_retried_row_is_read_with_the_options_of_its_file(
        self, tenant: Tenant, write: Write, store: TicketStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = write("x.csv", f"Nr,created_at,subject\n2,2026-03-10,{'x' * 50}\nbroken\n")
        with monkeypatch.context() as strict:
            strict.setattr("tickets.records.normalize.LONGEST_ID", 0)
            run("import_tickets", "acme", str(path), "--map", "id=Nr")
        assert quarantine.count_records(tenant) == 2
        jobs.enqueue(tenant, JobRequest(trigger="web", started_by="max", kind="retry"))
        Worker().run_pending()
        assert set(store.iterate_live_ids()) == {"x.csv:2"}
        (left,) = quarantine.find_page(tenant).records
        assert (left["place"], left["reason"]) == ("line 3 of x.csv", "has 1 columns, but the header has 3")

    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            (["nobody", "good.csv"], "Tenant “nobody” does not exist"),
            (["acme", "missing.csv"], "could not be opened: No such file"),
            (["acme", "good.xlsx"], "unknown file type"),
            (["acme", "good.csv", "--map", "subject=Title"], "Columns: id, created_at, subject."),
            (["acme", "good.csv", "--map", "title=subject"], "unknown field “title”. Fields: id,"),
            (["acme", "good.csv", "--map", "subject"], "two values joined by “=”"),
            (["acme", "good.csv", "--default", "colour=red"], "unknown field “colour”"),
            (["acme", "good.csv", "--timezone", "Mars/Base"], "unknown time zone “Mars/Base”"),
            (["acme", "good.csv", "--encoding", "klingon"], "nknown encoding “klingon”"),
        ],
    )
    def test_wrong_usage_is_exit_status_2_with_a_sentence_and_no_run(
        self, arguments: list[str], complaint: str, tenant: Tenant, write: Write
    ) -> None:
        write("good.csv", HEADER)
        folder = write("good.xlsx", b"PK").parent
        slug, name, *rest = arguments
        status, out, err = run("import_tickets", slug, str(folder / name), *rest)
        assert (status, out) == (2, "")
        assert err.startswith("error: ") and complaint in err and err.count("\n") == 1
        assert jobs.find_recent(tenant) == []

    def test_a_truncated_file_is_exit_status_1_and_earlier_tickets_are_kept(
        self, tenant: Tenant, write: Write, store: TicketStore
    ) -> None:
        rows = "".join(f"{n},2026-03-10,a\n" for n in range(PAGE_RECORDS))
        path = write("x.csv", HEADER + rows + '9999,2026-03-10,"a\n')
        status, _, err = run("import_tickets", "acme", str(path))
        assert status == 1
        assert "is not closed" in err
        assert store.count_live() == PAGE_RECORDS
        (job,) = jobs.find_recent(tenant)
        assert (job["status"], job["error"]["code"], job["active"]) == ("failed", "bad_file", False)

    def test_an_active_run_is_exit_status_4(self, tenant: Tenant, write: Write, store: TicketStore) -> None:
        job_id = jobs.enqueue(tenant, JobRequest(trigger="web", started_by="max"))
        status, _, err = run("import_tickets", "acme", str(write("x.jsonl", [record("T-1")])))
        assert status == 4 and job_id in err
        assert store.count_live() == 0

    def test_a_dry_run_says_what_would_change_and_changes_nothing(
        self, tenant: Tenant, write: Write, store: TicketStore
    ) -> None:
        store_tickets(tenant, [{"id": "T-1"}, {"id": "T-9"}])
        path = write("x.jsonl", [record("T-1", status="closed"), record("T-2"), record("T-3", created_at="soon")])
        status, out, _ = run("import_tickets", "acme", str(path), "--into", "native", "--dry-run")
        assert (status, out) == (
            3,
            "acme: dry run: 1 new, 1 updated, 0 unchanged, 0 deleted, 1 rejected. "
            "Rejected: created_at is not a date (1)\n",
        )  # fmt: skip
        assert set(store.iterate_live_ids()) == {"T-1", "T-9"}
        assert (jobs.find_recent(tenant), quarantine.count_records(tenant)) == ([], 0)

    def test_json_prints_one_object_and_quiet_prints_nothing_on_success(self, write: Write) -> None:
        path = write("x.jsonl", [record("T-1")])
        _, out, err = run("import_tickets", "acme", str(path), "--json")
        assert (json.loads(out)["new_ingested"], err) == (1, "")
        assert run("import_tickets", "acme", str(path), "--quiet") == (0, "", "")

    def test_an_import_is_logged_with_its_file_and_leaves_the_helpdesks_status_alone(
        self, tenant: Tenant, write: Write
    ) -> None:
        run("import_tickets", "acme", str(write("old.jsonl", [record("T-1")])))
        (job,) = jobs.find_recent(tenant)
        assert (job["trigger"], job["options"]["kind"], job["started_by"]) == (
            "command", "import", "manage.py import_tickets old.jsonl",
        )  # fmt: skip
        assert jobs.find_last_good(tenant) is None


@pytest.mark.usefixtures("db")
class TestIntoAConnection:
    """Tickets from files are not expected in the helpdesk's list."""

    @pytest.fixture(autouse=True)
    def _connected(self, helpdesk: ScriptedHelpdesk, native_source: Callable[..., Source], write: Write) -> None:
        native_source(helpdesk.url)
        helpdesk.tickets = [record("T-1"), record("T-2")]
        assert run("ingest", "--all")[0] == 0
        rows = [record(f"OLD-{n}") for n in range(30)] + [record("T-2")]
        assert run("import_tickets", "acme", str(write("old.jsonl", rows)), "--into", "native")[0] == 0

    @pytest.fixture
    def store(self, tenant: Tenant) -> TicketStore:
        return TicketStore(tenant)

    def test_imported_tickets_stay_when_the_helpdesk_is_read(self, store: TicketStore) -> None:
        assert run("ingest", "--all", "--dry-run")[1].endswith("2 unchanged, 0 deleted\n")
        for _ in range(2):
            assert run("ingest", "--all") == (
                0, "acme: completed: 0 new, 0 updated, 2 unchanged, 0 deleted\n", "",
            )  # fmt: skip
        assert store.count_live() == 32

    def test_an_imported_ticket_that_the_helpdesk_also_has_is_deleted_with_it(
        self, store: TicketStore, helpdesk: ScriptedHelpdesk
    ) -> None:
        helpdesk.tickets = [record("T-1"), record("OLD-1"), record("OLD-2", status="closed")]
        assert "1 updated, 2 unchanged, 1 deleted" in run("ingest", "--all")[1]
        helpdesk.tickets = [record("T-1")]
        assert "2 deleted" in run("ingest", "--all")[1]
        assert set(store.iterate_live_ids()) == {"T-1", *(f"OLD-{n}" for n in range(30))} - {"OLD-1", "OLD-2"}

    def test_a_deleted_ticket_that_a_file_brings_back_stays(
        self, store: TicketStore, helpdesk: ScriptedHelpdesk, write: Write
    ) -> None:
        helpdesk.tickets = [record("T-1")]
        run("ingest", "--all")
        again = record("T-2", updated_at="2100-01-01T00:00:00Z")
        assert "1 restored" in run("import_tickets", "acme", str(write("again.jsonl", [again])), "--into", "native")[1]
        assert "0 deleted" in run("ingest", "--all")[1]
        assert "T-2" in set(store.iterate_live_ids())


@pytest.mark.usefixtures("db")
def test_a_file_whose_name_is_not_written_in_utf_8_is_imported(
    tenant: Tenant, helpdesk: ScriptedHelpdesk, tmp_path: Path
) -> None:
    Source.objects.create(tenant=tenant, kind="house", url=helpdesk.url)
    path = os.fsdecode(os.fsencode(tmp_path) + b"/Exportaci\xf3n.jsonl")
    records = [record("T-1"), record("T-2", created_at=None)]
    Path(path).write_text("".join(json.dumps(each) + "\n" for each in records))
    assert run("import_tickets", "acme", path)[0] == 3
    assert TicketStore(tenant).count_live() == 1


def test_a_file_may_have_very_many_rows_of_one_id(tenant: Tenant, write: Write) -> None:
    rows = "".join(f"1,2026-03-10,{number}\n" for number in range(9 * PAGE_RECORDS))
    assert run("import_tickets", "acme", str(write("rows.csv", HEADER + rows)))[0] == 3, (
        "it warns that rows share an id"
    )
    assert TicketStore(tenant).count_live() == 1


@pytest.mark.parametrize("name", ["RUN_MOST_PAGES", "RUN_MOST_TICKETS"])
def test_a_file_is_read_to_its_end_however_long_it_is(name: str, tenant: Tenant, write: Write, settings: Any) -> None:
    setattr(settings, name, 1)
    path = write("long.jsonl", [record(f"T-{n}") for n in range(3 * PAGE_RECORDS)])
    assert run("import_tickets", "acme", str(path))[0] == 0
    assert TicketStore(tenant).count_live() == 3 * PAGE_RECORDS


def test_a_tenant_without_a_helpdesk_can_import(tenant: Tenant, write: Write) -> None:
    assert run("import_tickets", "acme", str(write("x.jsonl", [record("T-1")])))[0] == 0


def test_sigterm_stops_after_a_page_and_keeps_imported_tickets(
    transactional_db: None, tenant: Tenant, native_source: Callable[..., Source], write: Write
) -> None:
    native_source("http://127.0.0.1:9")
    path = write("large.jsonl", (record(f"T-{n}", message="We want a refund. " * 20) for n in range(40_000)))
    process = processes.start(
        "manage.py",
        "import_tickets",
        "acme",
        str(path),
        env=processes.environment(),
        stderr=subprocess.PIPE,
        text=True,
    )
    store, deadline = TicketStore(tenant), time.monotonic() + 60
    while not store.count_live() and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "acme: cancelled" in err
    (job,) = jobs.find_recent(tenant)
    assert (job["status"], job["counts"]["new_ingested"]) == ("cancelled", store.count_live())
    assert PAGE_RECORDS <= store.count_live() < 40_000
