"""Exports: the rows of the list, safe in a spreadsheet, streamed; an incomplete file never looks complete."""

import csv
import http.client
import io
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from analytics.dashboard.tables import dashboard_tables
from analytics.numbers import find_numbers
from analytics.selection import Selection
from supportsaas.db import mongo
from supportsaas.db.mongo import Pipeline
from supportsaas.ops import child_process
from tenants.models import ApiToken, Role, Tenant, User
from tests import processes
from tests.builders import delete_stored, store_tickets, store_words
from tickets.store.export_files import tickets_file
from tickets.store.export_rows import EXPORT_COLUMNS, file_name, plain_text, write_rows
from tickets.store.filters import TicketFilter

BERLIN = ZoneInfo("Europe/Berlin")
ClientOf = Callable[[User], Client]


def rows_of(response: Any) -> list[dict[str, str]]:
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


def lines_of(response: Any) -> list[dict[str, Any]]:
    assert response.status_code == 200
    return [json.loads(line) for line in response.getvalue().decode().splitlines()]


@pytest.mark.usefixtures("db")
class TestTheList:
    @pytest.mark.parametrize(
        "query",
        ["", "status=open", "urgency=high&source=chat", "q=refund", "q=refun*&status=closed", "keyword=refund",
         "customer_id=cust_2", "requires_action=yes&created_from=2026-03-10T09:02:00Z", "status=gone"],
    )  # fmt: skip
    def test_an_export_has_the_rows_that_list_and_api_count(
        self, tenant: Tenant, manager: User, client_of: ClientOf, query: str
    ) -> None:
        store_tickets(
            tenant,
            [
                {
                    "id": f"T-{n:02}",
                    "status": ("open", "closed")[n % 2],
                    "source": ("email", "chat", "web")[n % 3],
                    "customer_id": f"cust_{n % 4}",
                    "message": ("refund please, lawsuit", "all is well", "can you refund")[n % 3],
                    "created_at": f"2026-03-10T09:{n:02}:00Z",
                }
                for n in range(30)
            ],
        )
        delete_stored(tenant, ["T-03"])
        store_words(tenant)
        client = client_of(manager)
        api = client.get(f"/tickets?tenant_id=acme&page_size=100&{query}").json()
        ids = [each["external_id"] for each in api["tickets"]]
        assert len(ids) == api["total"]
        assert [row["external_id"] for row in rows_of(client.get(f"/t/acme/export/tickets/?{query}"))] == ids
        lines = lines_of(client.get(f"/export/tickets?tenant_id=acme&format=jsonl&{query}"))
        assert [line["external_id"] for line in lines] == ids
        page = client.get(f"/t/acme/tickets/?{query}")
        assert page.context["page"].total == len(ids)

    def test_exported_times_are_in_the_tenants_time_zone_and_name_it(
        self, tenant: Tenant, manager: User, client_of: ClientOf
    ) -> None:
        tenant.timezone = "Europe/Berlin"
        tenant.save()
        store_tickets(tenant, [{"created_at": "2026-03-10T09:00:00Z"}])
        (row,) = rows_of(client_of(manager).get("/t/acme/export/tickets/"))
        assert row["created_at (Europe/Berlin)"] == "2026-03-10T10:00:00+01:00"
        (line,) = lines_of(client_of(manager).get("/t/acme/export/tickets/", {"format": "jsonl"}))
        assert (line["created_at"], line["time_zone"]) == ("2026-03-10T10:00:00+01:00", "Europe/Berlin")

    def test_exported_texts_are_unchanged_and_never_a_formula(
        self, tenant: Tenant, manager: User, client_of: ClientOf
    ) -> None:
        message = 'a "quoted", Zürich\nsecond line; =1'
        store_tickets(tenant, [{"subject": "=HYPERLINK(1)", "message": message, "customer_id": "@SUM(1)"}])
        (row,) = rows_of(client_of(manager).get("/t/acme/export/tickets/"))
        assert row["message"] == message
        assert (row["subject"], row["customer_id"]) == ("'=HYPERLINK(1)", "'@SUM(1)")
        (line,) = lines_of(client_of(manager).get("/t/acme/export/tickets/", {"format": "jsonl"}))
        assert line["subject"] == "=HYPERLINK(1)"
        assert set(line) == {*EXPORT_COLUMNS, "time_zone"}

    def test_a_token_may_export_its_own_tenants_tickets_only(
        self, tenant: Tenant, manager: User, stranger: User
    ) -> None:
        store_tickets(tenant, [{}])
        for person, status in ((manager, 200), (stranger, 404)):
            text = ApiToken.issue(name="x", user=person, tenant=None, role=Role.VIEWER)[1]
            client = Client(headers={"Authorization": f"Bearer {text}"})
            assert client.get("/export/tickets", {"tenant_id": "acme"}).status_code == status

    def test_an_invalid_filter_is_reported_before_an_export_starts(
        self, tenant: Tenant, manager: User, client_of: ClientOf
    ) -> None:
        client = client_of(manager)
        for query in ("format=pdf", "urgency=x", "q=a*"):
            response = client.get(f"/t/acme/export/tickets/?{query}")
            assert response.status_code == 400
            assert query.split("=")[0] in response.content.decode()
            assert client.get(f"/export/tickets?tenant_id=acme&{query}").status_code == 422

    def test_the_list_links_to_the_export_of_its_tickets(
        self, tenant: Tenant, manager: User, client_of: ClientOf
    ) -> None:
        store_tickets(tenant, [{"status": "open"}])
        page = client_of(manager).get("/t/acme/tickets/?status=open").content.decode()
        assert "/t/acme/export/tickets/?status=open&amp;format=csv" in page


@pytest.mark.usefixtures("db")
class TestSlots:
    """An export holds a thread of the web server for as long as it goes, so few go at once."""

    ADDRESSES = ("/t/acme/export/tickets/", "/export/tickets?tenant_id=acme")

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_a_third_export_by_one_user_is_rejected_until_one_has_ended(
        self, tenant: Tenant, manager: User, team_mate: User, client_of: ClientOf, address: str
    ) -> None:
        store_tickets(tenant, [{}])
        client, other = client_of(manager), client_of(team_mate)
        going = [client.get(each) for each in self.ADDRESSES]
        refused = client.get(address)
        assert (refused.status_code, refused["Retry-After"]) == (429, "30")
        assert refused.json()["detail"].startswith("You already have 2 exports running.")
        third = other.get(address)
        assert third.status_code == 200, "of another person"
        assert other.get(address).status_code == 503, "and that is enough for this process"
        going[0].close()
        assert len(rows_of(client.get(self.ADDRESSES[0]))) == 1, "one broke off"
        assert len(rows_of(going[1])) == 1
        assert len(rows_of(client.get(self.ADDRESSES[0]))) == 1, "and one came to its end"
        third.close()

    def test_a_browser_gets_an_error_page(self, tenant: Tenant, manager: User, client_of: ClientOf) -> None:
        client = client_of(manager)
        going = [client.get(self.ADDRESSES[0]) for _ in range(2)]
        refused = client.get(self.ADDRESSES[0], headers={"Accept": "text/html"})
        assert refused.status_code == 429 and "You already have 2 exports" in refused.content.decode()
        assert len(going) == 2

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_an_invalid_filter_occupies_no_export_slot(
        self, tenant: Tenant, manager: User, client_of: ClientOf, address: str
    ) -> None:
        client = client_of(manager)
        wrong = address + ("&" if "?" in address else "?") + "urgency=enormous"
        assert {client.get(wrong).status_code for _ in range(4)} <= {400, 422}


@pytest.mark.usefixtures("db")
class TestCharts:
    def test_every_table_of_the_dashboard_can_be_exported(
        self, tenant: Tenant, manager: User, client_of: ClientOf
    ) -> None:
        from supportsaas import clock

        now = clock.now()
        store_tickets(
            tenant, [{"created_at": now.isoformat(), "message": "refund, lawsuit"} for _ in range(3)], now=now
        )
        client = client_of(manager)
        tables = dashboard_tables(
            *find_numbers(tenant, Selection.parse({"period": ["7d"]}, zone=tenant.zone, now=now), now)
        )
        assert "totals" in tables
        for table in tables.values():
            rows = rows_of(client.get(f"/t/acme/charts/{table.name}/csv/", {"period": "7d"}))
            lines = lines_of(client.get(f"/t/acme/charts/{table.name}/jsonl/", {"period": "7d"}))
            assert len(rows) == len(lines) == len(list(table.values))
            for line, values in zip(lines, table.values, strict=True):
                for column, value in zip(table.columns, values, strict=True):
                    if not isinstance(value, datetime):
                        assert line[column.key] == value

    def test_exporting_an_unknown_chart_or_period_is_rejected(
        self, tenant: Tenant, manager: User, client_of: ClientOf
    ) -> None:
        client = client_of(manager)
        assert client.get("/t/acme/charts/nothing/csv/").status_code == 404
        assert client.get("/t/acme/charts/totals/pdf/").status_code == 400
        assert client.get("/t/acme/charts/totals/csv/", {"period": "soon"}).status_code == 400


class TestWriting:
    @given(st.text(max_size=20))
    def test_no_cell_begins_like_a_formula_and_all_are_read_back(self, text: str) -> None:
        text = text.replace("\0", "")
        data = b"".join(write_rows("csv", ["a", "b"], [[text, "x"]], moments=[], zone=BERLIN)).decode("utf-8-sig")
        (_, row) = list(csv.reader(io.StringIO(data, newline="")))
        assert row[0] == plain_text(text)
        assert row[0].replace("'", "") == text.replace("'", "")
        assert not row[0].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))

    @given(
        st.lists(st.text(alphabet=";,\t\r\n\"' =+-@＝x1", max_size=12), min_size=2, max_size=3), st.sampled_from(",;\t")
    )
    def test_no_cell_begins_like_a_formula_even_with_another_separator(self, texts: list[str], separator: str) -> None:
        names = [f"c{number}" for number in range(len(texts))]
        data = b"".join(write_rows("csv", names, [texts], moments=[], zone=BERLIN)).decode("utf-8-sig")
        read = [cell for row in csv.reader(io.StringIO(data, newline=""), delimiter=separator) for cell in row]
        split = [cell for line in data.splitlines() for cell in line.split(separator)] if separator != "," else []
        for cell in read + split:
            assert not cell.lstrip('"').startswith(("=", "+", "-", "@", "＝")), (cell, data)

    @pytest.mark.parametrize(
        ("text", "written"),
        [
            ("x;=cmd|'/C calc'!A0;", "x;'=cmd|'/C calc'!A0;"),
            ("x\t@SUM(1)", "x\t'@SUM(1)"),
            ('x;"=1+1"', 'x;\'"=1+1"'),
            ("x; =1", "x; =1"),
            ("one\n- two", "one\n'- two"),
            ("a - b; c = d, -5", "a - b; c = d, -5"),
            ("https://a.example/?x=1;y=2", "https://a.example/?x=1;y=2"),
        ],
    )
    def test_only_cells_that_might_be_a_formula_are_marked(self, text: str, written: str) -> None:
        assert plain_text(text) == written

    def test_numbers_stay_numbers_in_an_export(self) -> None:
        data = b"".join(write_rows("csv", ["n", "s"], [[-3, 0.25]], moments=[], zone=BERLIN)).decode("utf-8-sig")
        assert data.splitlines()[1] == "-3,0.25"

    def test_the_name_of_an_export_has_tenant_and_period(self) -> None:
        name = file_name("acme", "tickets", "csv", start=None, end=None, zone=BERLIN)
        assert name == "acme_tickets_all-time.csv"
        start, end = datetime(2026, 2, 28, 23, tzinfo=UTC), datetime(2026, 3, 31, 22, tzinfo=UTC)
        name = file_name("acme", "tickets", "jsonl", start=start, end=end, zone=BERLIN)
        assert name == "acme_tickets_2026-03-01_to_2026-03-31.jsonl"

    @pytest.mark.usefixtures("db")
    def test_the_name_of_a_filtered_export_says_so(self, tenant: Tenant) -> None:
        of_urgent = tickets_file(tenant, TicketFilter(urgency=("high",)), "csv")
        of_march = tickets_file(tenant, TicketFilter(created_from=datetime(2026, 2, 28, 23, tzinfo=UTC)), "csv")
        assert '"acme_selected-tickets_all-time.csv"' in of_urgent["Content-Disposition"]
        assert '"acme_tickets_' in of_march["Content-Disposition"]


def _store_in_bulk(tenant: Tenant, count: int, message: str) -> None:
    """Many tickets alike, past the ingestion."""
    store_tickets(tenant, [{"id": "T-0", "message": message}])
    tickets = mongo.collection("tickets")
    first = tickets.find_one({}, {"_id": 0})
    assert first is not None
    for start in range(1, count, 1000):
        batch = [{**first, "external_id": f"T-{n}"} for n in range(start, min(start + 1000, count))]
        tickets.insert_many(batch, ordered=False)


_WRITE = """
import resource, sys, django
django.setup()
from tenants.models import Tenant
from tickets.store.export_files import tickets_file
from tickets.store.filters import TicketFilter
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
written, early = 0, 0
for piece in tickets_file(Tenant.objects.get(slug="acme"), TicketFilter(), sys.argv[1]):
    written += len(piece)
    early = early or (written > 4_000_000 and peak())
print(written, early, peak())
"""


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("format_", ["csv", "jsonl"])
def test_memory_stays_flat_however_long_the_file(tenant: Tenant, format_: str) -> None:
    _store_in_bulk(tenant, 20_000, "x" * 2000)
    environment = processes.environment(DJANGO_SETTINGS_MODULE="supportsaas.settings")
    ended = processes.run("-c", _WRITE, format_, anew=True, env=environment, timeout=300)
    assert ended.returncode == 0, ended.stderr
    written, early, peak = map(int, ended.stdout.split())
    assert written > 40_000_000
    assert peak - early < 8 * 1024, f"{(peak - early) / 1024:.1f} MB more for the later nine tenths of the file"


@pytest.mark.usefixtures("db")
def test_an_interrupted_export_does_not_look_complete(tenant: Tenant, manager: User) -> None:
    """Over the real server: the cursor dies under way, and the transfer has no proper end."""
    _store_in_bulk(tenant, 1_500, "x" * 40_000)
    text = ApiToken.issue(name="x", user=manager, tenant=None, role=Role.VIEWER)[1]
    port = child_process.free_port()
    server = processes.start(
        "-m", "gunicorn", "--config", "gunicorn.conf.py", "supportsaas.wsgi",
        env=processes.environment(PORT=str(port), WEB_WORKERS="1"),
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 120
        while not child_process.port_is_taken(port) and time.monotonic() < deadline:
            time.sleep(0.1)
        path, headers = "/export/tickets?tenant_id=acme&format=jsonl", {"Authorization": f"Bearer {text}"}
        whole = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        whole.request("GET", path, headers=headers)
        assert len(whole.getresponse().read().splitlines()) == 1_500
        broken = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        broken.request("GET", path, headers=headers)
        response = broken.getresponse()
        assert response.status == 200
        assert response.read(100_000)
        _end_cursors()
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            while response.read(1_000_000):
                pass
            if response.isclosed() and response.chunk_left is None:
                raise AssertionError("The file looks whole.")
    finally:
        child_process.stop(server)


def _end_cursors() -> None:
    """As the server does with one that it has lost: all there are on this database's tickets, once there are any."""
    tickets = mongo.collection("tickets")
    mine: Pipeline = [
        {"$currentOp": {"idleCursors": True}},
        {"$match": {"ns": tickets.full_name, "type": "idleCursor"}},
    ]
    deadline = time.monotonic() + 60
    while not (idle := [each["cursor"]["cursorId"] for each in mongo.client().admin.aggregate(mine)]):
        assert time.monotonic() < deadline, "nobody reads the tickets"
        time.sleep(0.01)
    mongo.database().command("killCursors", "tickets", cursors=idle)
