"""Real-world exports: unusual headers, encodings, delimiters, quotes, missing values and foreign months."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants.models import Tenant
from tests.builders import record
from tests.commands import run
from tests.helpdesks.reading_files import read
from tickets.helpdesks.files.file import PAGE_RECORDS, FileFormat, FileSource
from tickets.helpdesks.files.month_names import in_english
from tickets.helpdesks.files.text_lines import FileError
from tickets.store import quarantine
from tickets.store.ticket_store import TicketStore

Write = Callable[[str, str | bytes], Path]
DAY = "2026-03-10T00:00:00+00:00"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


def subjects(path: Path, **values: Any) -> list[Any]:
    return [each.get("subject") if isinstance(each, dict) else each for each in read(path, **values)]


class TestHeaders:
    @pytest.mark.parametrize(
        "text",
        [
            "\n\nid,created_at,subject\n1,2026-03-10,one\n",
            "Tickets of March\n\nid,created_at,subject\n1,2026-03-10,one\n",
            "Export,Support,2026\nBy: me\n;;\nid,created_at,subject\n1,2026-03-10,one\n",
            '"Report ""Q1"", all tickets"\nid,created_at,subject\n1,2026-03-10,one\n',
            'id,"created\nat",subject\n1,2026-03-10,one\n',
            'id,"created\r\nat",subject\r\n1,2026-03-10,one\r\n',
            " ID , Created At ,SUBJECT\n1,2026-03-10,one\n",
            "_id_,created-at,Subject_\n1,2026-03-10,one\n",
            "id,created_at (UTC),subject\n1,2026-03-10,one\n",
            "\ufeff\ufeffid,created_at,subject\n1,2026-03-10,one\n",
            "sep=;\nid;created_at;subject\n1;2026-03-10;one\n",
            '\ufeff"sep=|"\r\nid|created_at|subject\r\n1|2026-03-10|one\r\n',
            "sep=\t\nid\tcreated_at\tsubject\n1\t2026-03-10\tone\n",
            "id,created_at,subject,\n1,2026-03-10,one,\n",
        ],
    )
    def test_the_header_is_found_whatever_is_above_or_in_it(self, text: str, write: Write) -> None:
        assert subjects(write("x.csv", text)) == ["one"]

    def test_times_are_in_the_zone_that_the_name_of_their_column_ends_with(self, write: Write) -> None:
        text = (
            "id,Created at (Europe/Berlin),updated_at (utc),due_at (n/a)\n"
            "1,2026-03-10 09:00,2026-03-10 09:00,2026-03-11\n2,2026-03-10T09:00+09:00,,\n"
        )
        (page,) = FileSource(write("x.csv", text), FileFormat(zone=ZoneInfo("Asia/Tokyo"))).pages()
        first, second = (each.fields or {} for each in page.records)
        assert first["created_at"] == "2026-03-10T08:00:00+00:00"
        assert first["updated_at"] == "2026-03-10T09:00:00+00:00"
        assert second["created_at"] == "2026-03-10T00:00:00+00:00"
        assert "due_at" not in first, "that is no zone, so it may be another column"

    def test_a_repeated_header_is_not_a_row(self, write: Write) -> None:
        text = "id,created_at,subject\n1,2026-03-10,one\nid,created_at,subject\n2,2026-03-10,two\n"
        assert subjects(write("x.csv", text)) == ["one", "two"]

    def test_line_numbers_are_those_of_the_file(self, write: Write) -> None:
        source = FileSource(write("x.csv", 'Title\n\nid,"created\nat"\n1,2026-03-10\nx\n'), FileFormat())
        (page,) = source.pages()
        source.close()
        assert [each.place for each in page.records] == ["line 5 of x.csv", "line 6 of x.csv"]

    def test_columns_of_one_name_matter_only_where_they_are_mapped(self, write: Write) -> None:
        text = (
            "Summary,Issue key,Created,Labels,Labels,Comment,Comment\n"
            "One,A-1,2026-03-10,a,b,,second\nTwo,A-2,2026-03-10,a,,first,last\n"
        )
        fields = {"id": "Issue key", "created_at": "created", "subject": "SUMMARY"}
        path = write("x.csv", text)
        assert subjects(path, fields=fields) == ["One", "Two"]
        found = read(path, fields={**fields, "message": "Comment"})
        assert [each["message"] for each in found] == ["second", "first"], "the first that is filled"
        found = read(path, fields={**fields, "message": "Comment#2"})
        assert [each["message"] for each in found] == ["second", "last"]
        with pytest.raises(FileError, match="no column “Comment#3”"):
            read(path, fields={**fields, "message": "Comment#3"})

    def test_two_id_columns_are_rejected_until_one_is_chosen(self, write: Write) -> None:
        path = write("x.csv", "id,created_at,id\n1,2026-03-10,2\n")
        with pytest.raises(FileError, match=r"more than one column “id”. Choose the one with the ids: --map id=id#1"):
            read(path)
        assert read(path, fields={"id": "id#2"})[0]["id"] == "2"

    def test_an_exact_column_name_wins_over_one_in_another_case(self, write: Write) -> None:
        path = write("x.csv", "id,created_at,Subject,subject\n1,2026-03-10,A,b\n")
        assert subjects(path) == ["b"]
        assert subjects(path, fields={"subject": "Subject"}) == ["A"]


class TestDelimiters:
    def test_an_unusual_delimiter_can_be_set(self, write: Write) -> None:
        path = write("x.csv", "id:created_at:subject\n1:2026-03-10:one\n")
        with pytest.raises(FileError, match="The delimiter seems to be “:”: --delimiter :"):
            read(path)
        assert subjects(path, delimiter=":") == ["one"]

    def test_a_wrong_delimiter_is_noticed(self, write: Write) -> None:
        path = write("x.csv", "id;created_at;subject\n1;2026-03-10;one\n")
        with pytest.raises(FileError, match="delimiter seems to be “;”: --delimiter semicolon"):
            read(path, delimiter=",")

    def test_commas_in_a_semicolon_files_header_do_not_mislead(self, write: Write) -> None:
        text = "id;created_at;subject;a,b,c,d,e\n1;2026-03-10;one, two, three;x\n"
        assert subjects(write("x.csv", text)) == ["one, two, three"]

    @pytest.mark.parametrize("end", [";", ";;;", "; ;"])
    def test_trailing_delimiters_add_no_values(self, end: str, write: Write) -> None:
        assert subjects(write("x.csv", f"id;created_at;subject\n1;2026-03-10;one{end}\n")) == ["one"]

    def test_values_beyond_the_header_are_still_rejected(self, write: Write) -> None:
        assert read(write("x.csv", "id;created_at\n1;2026-03-10;one;\n")) == [
            "record has 3 columns, but the header has 2"
        ]

    def test_rows_of_delimiters_alone_are_empty_lines(self, write: Write) -> None:
        assert subjects(write("x.csv", "id,created_at,subject\n1,2026-03-10,one\n,,\n,,,,\n")) == ["one"]


class TestQuotes:
    def test_blanks_after_delimiters_do_not_hide_quotation_marks(self, write: Write) -> None:
        text = 'id, created_at, subject\n1, 2026-03-10, "one, two"\n2, 2026-03-10, three\n'
        assert subjects(write("x.csv", text)) == ["one, two", "three"]
        text = 'id,created_at,subject\n1, 2026-03-10, "one, two"\n'
        assert subjects(write("x.csv", text)) == ["one, two"]
        text = '"id", "created_at", "subject"\n"1", "2026-03-10", "one, two"\n'
        assert subjects(write("x.csv", text)) == ["one, two"]

    def test_escaped_quotation_marks_are_part_of_the_text(self, write: Write) -> None:
        text = 'id,created_at,subject\n1,2026-03-10,"say \\"hi, there\\" now"\n2,2026-03-10,"C:\\temp"\n'
        assert subjects(write("x.csv", text)) == ['say "hi, there" now', "C:\\temp"]

    def test_a_backslash_is_literal_if_quotation_marks_are_doubled(self, write: Write) -> None:
        text = 'id,created_at,subject\n1,2026-03-10,"a ""b"" \\n C:\\new\\"\n2,2026-03-10,two\n'
        assert subjects(write("x.csv", text)) == ['a "b" \\n C:\\new\\', "two"]

    @given(
        rows=st.lists(
            st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12), min_size=2, max_size=2),
            min_size=1,
            max_size=8,
        ),
        delimiter=st.sampled_from([",", ";", "\t", "|"]),
        quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
        lineterminator=st.sampled_from(["\n", "\r\n"]),
        encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
    )
    @settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_what_a_csv_writer_wrote_comes_back_equal(
        self, rows: list[list[str]], delimiter: str, quoting: Any, lineterminator: str, encoding: str, tmp_path: Path
    ) -> None:
        text = io.StringIO()
        writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=lineterminator)
        # With its words first, "-" and "?" are no signs for nothing.
        values = [[f"a {first}\n{second} z", f"b {second}"] for first, second in rows]
        writer.writerows([["id", "created_at", "message", "subject"]])
        writer.writerows([[f"T-{n}", "2026-03-10", *each] for n, each in enumerate(values)])
        path = tmp_path / "x.csv"
        path.write_bytes(text.getvalue().encode(encoding))
        assert [[each["message"], each["subject"]] for each in read(path)] == values


class TestEncodings:
    TEXT = "id\tcreated_at\tsubject\r\n1\t2026-03-10\tGröße\r\n2\t2026-03-10\t日本\r\n"

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
    def test_unicode_is_detected_by_its_mark_or_its_zero_bytes(self, encoding: str, write: Write) -> None:
        assert subjects(write("x.txt", self.TEXT.encode(encoding))) == ["Größe", "日本"]

    @pytest.mark.parametrize(("name", "mark"), [("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")])
    def test_json_with_a_byte_order_mark_is_read(self, name: str, mark: bytes, write: Write) -> None:
        assert subjects(write("x.tab", mark + self.TEXT.encode(name))) == ["Größe", "日本"]

    def test_a_named_encoding_does_not_make_letters_of_zero_bytes(self, write: Write) -> None:
        path = write("x.csv", self.TEXT.encode("utf-16"))
        with pytest.raises(FileError, match=r"encoded in UTF-16, not in cp1252. Leave out --encoding"):
            read(path, encoding="cp1252")
        assert subjects(path, encoding="utf-16") == ["Größe", "日本"]

    def test_an_invalid_byte_is_reported_when_it_is_reached(self, write: Write) -> None:
        text = "id,created_at,subject\n" + "".join(f"{n},2026-03-10,x\n" for n in range(3000))
        source = FileSource(write("x.csv", text.encode() + b"3001,2026-03-10,\xfc\n"), FileFormat())
        pages = source.pages()
        assert len(next(pages).records) == PAGE_RECORDS
        with pytest.raises(FileError, match=r"not encoded in UTF-8 \(near line 2,"):
            list(pages)
        source.close()


@pytest.mark.parametrize(
    "word", ["NULL", "null", "\\N", "N/A", "n/a", "None", "nil", "-", "–", "NaN", "#N/A", "(null)", " "]
)
def test_words_for_missing_values_are_not_values(word: str, write: Write) -> None:
    text = (
        f"id,created_at,updated_at,customer_id,subject,status,source\n1,2026-03-10,{word},{word},{word},{word},{word}\n"
    )
    (found,) = read(write("x.csv", text), defaults={"source": "mail"})
    assert {name: value for name, value in found.items() if value is not None} == {
        "id": "1", "created_at": DAY, "source": "mail",
    }  # fmt: skip


class TestMonths:
    @pytest.mark.parametrize(
        ("text", "date_format"),
        [
            ("10/mar/26 10:19 PM", "%d/%b/%y %I:%M %p"),
            ("10/März/26 10:19 PM", "%d/%b/%y %I:%M %p"),
            ("10. März 2026 22:19", "%d. %B %Y %H:%M"),
            ("10 mars 2026 22:19", "%d %B %Y %H:%M"),
            ("10 de marzo de 2026 22:19", "%d de %B de %Y %H:%M"),
            ("10 marca 2026 22:19", "%d %B %Y %H:%M"),
            ("10 марта 2026 22:19", "%d %B %Y %H:%M"),
            ("10 maaliskuuta 2026 22:19", "%d %B %Y %H:%M"),
            ("10 mrt. 2026 22:19", "%d %b %Y %H:%M"),
            ("10 March 2026 22:19", "%d %B %Y %H:%M"),
            ("10 Mar 2026 22:19", "%d %b %Y %H:%M"),
            ("10. März 2026 22:19", ""),
            ("10 de março de 2026 22:19", ""),
            ("10 mars 2026 22:19", ""),
            ("martes, 10 de marzo de 2026 22:19", ""),
        ],
    )
    def test_month_names_are_read_in_many_languages(self, text: str, date_format: str, write: Write) -> None:
        (found,) = read(write("x.csv", f"id;created_at\n1;{text}\n"), date_format=date_format)
        assert found["created_at"] == "2026-03-10T22:19:00+00:00"

    @pytest.mark.parametrize(
        ("text", "english"),
        [
            ("12/lut/21", "12/Feb/21"), ("3 févr. 2026", "3 Feb 2026"), ("1er août 2026", "1 Aug 2026"), ("1 Ağustos 2026", "1 Aug 2026"),
            ("1 október 2026", "1 Oct 2026"), ("30 dic 2026", "30 Dec 2026"), ("2 września 2026", "2 Sep 2026"),
            ("May 3, 2026", "May 3, 2026"), ("2026-03-10", "2026-03-10"), ("a few words", "a few words"),
        ],
    )  # fmt: skip
    def test_the_rest_of_a_date_stays(self, text: str, english: str) -> None:
        assert in_english(text) == english


class TestJsonFiles:
    TICKET = {"id": 1, "created_at": "2026-03-10", "subject": "one"}

    @pytest.mark.parametrize(
        "content",
        [
            [TICKET],
            {"tickets": [TICKET]},
            {"tickets": [TICKET], "count": 1, "next": None, "tags": []},
            {"meta": {"page": 1}, "data": [TICKET]},
            {"export": {"tickets": [TICKET], "at": "2026"}},
            TICKET,
        ],
    )
    def test_a_list_is_read_wherever_it_is(self, content: Any, write: Write) -> None:
        for indent in (None, 2):
            assert subjects(write("x.json", json.dumps(content, indent=indent))) == ["one"]

    def test_names_are_found_whatever_their_case(self, write: Write) -> None:
        text = json.dumps({"ID": 1, "Created At": "2026-03-10", "Subject": "one", "Body": "x", "other": 1})
        source = FileSource(write("x.jsonl", text), FileFormat(fields={"message": "body"}))
        (page,) = source.pages()
        source.close()
        (found,) = page.records
        assert found.fields == {"id": 1, "created_at": DAY, "subject": "one", "message": "x"}
        assert source.facts.unused == ["other"]

    def test_a_json_file_with_one_object_a_line_is_read(self, write: Write) -> None:
        text = "".join(json.dumps({**self.TICKET, "id": n}) + "\n" for n in range(3))
        assert subjects(write("x.json", text)) == ["one"] * 3

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
    def test_a_json_file_is_read_in_either_encoding(self, encoding: str, write: Write) -> None:
        text = json.dumps([{**self.TICKET, "subject": "Größe"}], ensure_ascii=False)
        assert subjects(write("x.json", text.encode(encoding))) == ["Größe"]

    def test_a_rejected_record_says_which_it_is(self, write: Write) -> None:
        source = FileSource(write("x.json", json.dumps([self.TICKET, 3])), FileFormat())
        (page,) = source.pages()
        source.close()
        assert [each.place for each in page.records] == ["record 1 of x.json", "record 2 of x.json"]

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ("[1, 2", "is not valid JSON: "),
            ('{"a": [{"id": 1}], "b": [{"id": 2}]}', r"contains several lists \(a, b\)"),
            ("7", "is neither a list nor an object with a list"),
            ("", "is not valid JSON"),
        ],
    )
    def test_other_json_is_rejected_with_a_sentence(self, text: str, complaint: str, write: Write) -> None:
        with pytest.raises(FileError, match=complaint):
            read(write("x.json", text))

    def test_an_empty_json_list_is_valid(self, write: Write) -> None:
        assert read(write("x.json", "[]")) == read(write("y.json", '{"tickets": [], "total": 0}')) == []


@pytest.mark.usefixtures("db")
class TestWhatIsSaid:
    def test_reasons_are_counted_with_the_first_lines(self, tenant: Tenant, write: Write) -> None:
        rows = "".join(f"{n},{'soon' if n % 2 else '2026-03-10'}\n" for n in range(9)) + "x\n"
        path = write("x.csv", "id,created_at\n" + rows)
        status, out, err = run("import_tickets", "acme", str(path), "--dry-run")
        assert status == 3
        assert "dry run: 5 new" in out and "5 rejected" in out
        assert "4 rejected: created_at is not a date (line 3, line 5, line 7, …)" in err
        assert "1 rejected: record has 1 columns, but the header has 2 (line 11)" in err
        assert quarantine.count_records(tenant) == 0
        again = run("import_tickets", "acme", str(path))
        assert again[0] == 3 and "4 rejected: created_at is not a date (line 3, line 5, line 7, …)" in again[2]
        said = json.loads(run("import_tickets", "acme", str(path), "--json")[1])
        assert said["rejected"][0] == {
            "field": "created_at", "reason": "is not a date", "count": 4, "first": ["line 3", "line 5", "line 7"],
        }  # fmt: skip

    def test_a_dry_run_names_what_is_not_mapped_and_what_is_not_used(self, tenant: Tenant, write: Write) -> None:
        path = write("x.csv", "id,created_at,Title,Sprint\n1,2026-03-10,one,4\n")
        _, out, _ = run("import_tickets", "acme", str(path), "--dry-run")
        assert "Fields without values: subject, message, status, updated_at, customer_id, source." in out
        assert "Unused columns: Title, Sprint." in out
        _, out, _ = run("import_tickets", "acme", str(path), "--dry-run", "--map", "subject=title")
        assert "No row has a message, so tickets are classified by subject only." in out
        path = write("x.jsonl", json.dumps({"id": 1, "created_at": "2026-03-10", "body": "x"}))
        assert "Unused columns: body." in run("import_tickets", "acme", str(path), "--dry-run")[1]

    def test_an_import_of_titles_alone_says_so(self, tenant: Tenant, write: Write) -> None:
        path = write("x.csv", "id,created_at,subject,message\n1,2026-03-10,one,\n")
        status, out, _ = run("import_tickets", "acme", str(path))
        assert (status, "No row has a message" in out) == (0, True)
        path = write("y.jsonl", json.dumps(record("T-1")))
        assert "message" not in run("import_tickets", "acme", str(path))[1]

    def test_different_rows_with_the_same_id_raise_a_warning(self, tenant: Tenant, write: Write) -> None:
        rows = [f"1.23E+12,2026-03-10,{word}" for word in ("one", "two", "three")]
        far_apart = [f"T-{n},2026-03-10,x" for n in range(1200)]
        text = "\n".join(["id,created_at,subject", *rows[:2], *far_apart, rows[2], "T-5,2026-03-10,x"])
        path = write("x.csv", text)
        for option in (["--dry-run"], []):
            status, _, err = run("import_tickets", "acme", str(path), *option)
            assert status == 3
            assert "warning: 2 rows repeat an id with different content." in err
            assert "A spreadsheet abbreviated ids such as 1.23E+12" in err
        assert TicketStore(tenant).count_live() == 1201

    def test_a_delimiter_is_given_as_a_word_or_a_character(self, tenant: Tenant, write: Write) -> None:
        path = write("x.csv", "id~created_at\n1~2026-03-10\n")
        assert run("import_tickets", "acme", str(path), "--delimiter", "~")[0] == 0
        status, _, err = run("import_tickets", "acme", str(path), "--delimiter", "xx")
        assert status == 2 and "--delimiter takes one character, or comma, semicolon, tab" in err
