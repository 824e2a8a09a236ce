"""Filters and columns of optional fields: what is offered, what is found, and that all numbers agree."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from django.test import Client

from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.api.caller import Api, token_of
from tests.builders import delete_stored, store_tickets, store_words
from tests.reading_pages import text_of
from tests.rolled_up import forget_rollups
from tickets.records.details import DETAIL_FIELDS, stored_details
from tickets.records.dimensions import DIMENSIONS, FILTERED_FIELDS
from tickets.store.field_values import FieldValues
from tickets.store.filters import FilterError, TicketFilter
from tickets.store.index_scans import WORDS_INDEX
from tickets.store.list_columns import COLUMNS, Layout, list_query, parse_columns
from tickets.store.saved_views import add_view
from tickets.store.ticket_store import TicketStore

ClientOf = Callable[[User], Client]
pytestmark = pytest.mark.usefixtures("db")


def some(number: int) -> dict[str, Any]:
    """A ticket with some of the fields, different ones each time."""
    return {
        "id": f"T-{number:02}",
        "status": ("open", "closed")[number % 2],
        "created_at": f"2026-03-{10 + number % 5:02}T0{number % 7}:10:00Z",
        "assignee": (None, "Ann", "Bo <b>")[number % 3],
        "team": ("Billing", "Sales", None, "Ops/EU")[number % 4],
        "priority": (None, "P1", "P2", "P2", "P3")[number % 5],
        "type": (None, "Question")[number % 2],
        "tags": [["a", "b"], ["b"], [], ["c, d"]][number % 4],
        "organisation": (None, "Alder & Co")[number % 2],
        "language": ("de", None, "en")[number % 3],
        "rating": (None, "good", "bad")[number % 3],
    }


@pytest.fixture
def tickets(tenant: Tenant) -> Tenant:
    """40 tickets of two connections, of which one is deleted and ten still wait for their words."""
    store_tickets(tenant, [some(number) for number in range(30)], connection="main")
    store_words(tenant)
    store_tickets(tenant, [some(number) for number in range(30, 40)], connection="second")
    delete_stored(tenant, ["T-03"])
    return tenant


def live() -> list[dict[str, Any]]:
    return list(mongo.collection("tickets").find({"is_deleted": False}))


def values_of(ticket: dict[str, Any], name: str) -> list[str]:
    value = ticket.get(FILTERED_FIELDS[name]) or []
    return [value] if isinstance(value, str) else value


def wanted(**values: Any) -> TicketFilter:
    return TicketFilter(**values)


class TestNumbers:
    @pytest.mark.parametrize("name", sorted(FILTERED_FIELDS.keys() - {"topic"}))  # of topics: tests/topics
    def test_a_list_of_each_value_has_exactly_its_tickets(self, tickets: Tenant, owner: User, name: str) -> None:
        queries, api = TicketStore(tickets).queries, Api(token_of(owner))
        expected = Counter(value for each in live() for value in values_of(each, name))
        assert expected
        for value, count in expected.items():
            assert queries.count(wanted(**{name: (value,)})) == count
            assert api.get("/tickets", tenant_id="acme", **{name: value})["total"] == count
        both = tuple(sorted(expected))[:2]
        assert api.get("/tickets", tenant_id="acme", page_size=100, **{name: both})["total"] == sum(
            1 for each in live() if set(both) & set(values_of(each, name))
        )
        assert queries.scans_of(wanted(**{name: both}))[0].index == WORDS_INDEX

    @pytest.mark.parametrize(
        "others",
        [{}, {"status": ("open",)}, {"created_from": datetime(2026, 3, 11, tzinfo=UTC), "created_to": datetime(2026, 3, 13, 4, tzinfo=UTC)},
         {"urgency": ("high",)}, {"created_from": datetime(2027, 1, 1, tzinfo=UTC)}],
    )  # fmt: skip
    @pytest.mark.parametrize("chosen", [(), ("P2",)])
    def test_the_number_beside_a_choice_is_that_of_its_list(
        self, tickets: Tenant, others: dict[str, Any], chosen: tuple[str, ...]
    ) -> None:
        queries = TicketStore(tickets).queries
        counts = FieldValues(tickets).count(wanted(**others, priority=chosen))
        for value, count in counts["priority"].items():
            assert count == queries.count(wanted(**others, priority=(value,)))
        assert set(counts["priority"]) == {
            each for each in ("P1", "P2", "P3") if queries.count(wanted(**others, priority=(each,)))
        }
        assert (None in counts["team"].values()) == bool(chosen and counts["team"])

    def test_beside_a_search_or_another_field_values_have_no_numbers(self, tickets: Tenant) -> None:
        nothing_counted = {"Billing": None, "Sales": None, "Ops/EU": None}
        for others in ({"q": "question"}, {"customer_id": "cust_1"}, {"assignee": ("Ann",)}, {"priority": ("P1",)}):
            assert FieldValues(tickets).count(wanted(**others))["team"] == nothing_counted

    def test_values_that_no_ticket_has_any_longer_are_not_offered(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"team": "Old"}])
        store_tickets(tenant, [{"team": "New", "updated_at": "2026-03-10T10:00:00Z"}])
        assert FieldValues(tenant).count(wanted())["team"] == {"New": 1}
        forget_rollups()
        assert FieldValues(tenant).count(wanted()) == {}

    def test_values_are_found_by_their_beginning_in_this_tenant_only(
        self, tickets: Tenant, other_tenant: Tenant
    ) -> None:
        store_tickets(other_tenant, [{"assignee": "Anyone", "tags": "zzz"}])
        store_words(other_tenant)
        values = FieldValues(tickets)
        assert values.find_values("assignee") == ["Ann", "Bo"]
        assert values.find_values("tag") == ["a", "b", "c", "d"]
        assert values.find_values("assignee", beginning="B") == ["Bo"]
        assert values.find_values("assignee", beginning="b") == []
        assert values.find_present() == ("assignee", "type", "tag", "organisation", "language", "rating")
        assert FieldValues(other_tenant).find_present() == ("assignee", "tag", "language")


class TestPages:
    def test_only_fields_that_tickets_have_are_offered(
        self, tenant: Tenant, manager: User, client_of: ClientOf
    ) -> None:
        store_tickets(tenant, [{}])
        client = client_of(manager)
        page = client.get("/t/acme/tickets/?filters=all").content.decode()
        assert 'name="team"' not in page and 'name="assignee"' not in page
        store_tickets(tenant, [{"team": "Billing", "assignee": "Ann", "updated_at": "2026-03-10T10:00:00Z"}])
        store_words(tenant)
        for path in ("tickets/?filters=all", "field-filters/"):
            page = client.get(f"/t/acme/{path}").content.decode()
            assert 'name="team" value="Billing"' in page and 'name="assignee"' in page
            assert 'name="priority"' not in page and 'name="organisation"' not in page

    def test_they_are_read_when_they_are_opened(self, tickets: Tenant, manager: User, client_of: ClientOf) -> None:
        """Until then a list counts nothing for them."""
        client = client_of(manager)
        page = client.get("/t/acme/tickets/?state=open").content.decode()
        assert "Show all filters" in page and 'name="columns"' not in page
        assert 'href="/t/acme/tickets/?state=open&amp;filters=all"' in page
        assert 'hx-get="/t/acme/field-filters/?state=open"' in page
        counts = FieldValues(tickets).count(wanted(state=("open",)))["team"]
        filters = text_of(client.get("/t/acme/field-filters/?state=open").content.decode())
        assert all(f"{value} {number}" in filters for value, number in counts.items()) and counts
        refused = client.get("/t/acme/field-filters/?state=lost")
        assert (refused.status_code, "state" in refused.content.decode()) == (400, True)

    def test_a_chosen_value_stays_and_its_chip_removes_it(
        self, tickets: Tenant, manager: User, client_of: ClientOf
    ) -> None:
        response = client_of(manager).get("/t/acme/tickets/?assignee=Bo&assignee=gone&team=Ops/EU&columns=tags")
        page = response.content.decode()
        assert '<input type="hidden" name="assignee" value="gone">' in page
        chips = {chip.title: chip for chip in response.context["chips"]}
        assert (chips["Team"].value, chips["Team"].query_without) == (
            "Ops/EU",
            "assignee=Bo&assignee=gone&columns=tags",
        )

    def test_values_are_offered_as_options_and_escaped(
        self, tenant: Tenant, manager: User, client_of: ClientOf
    ) -> None:
        store_tickets(tenant, [{"tags": ['a "quoted" & one', "b"]}])
        store_words(tenant)
        client = client_of(manager)
        options = client.get("/t/acme/field-values/?field=tag").content.decode()
        assert '<option value="a &quot;quoted&quot; &amp; one">' in options
        for query in ("field=message", "", "field=tag&beginning=%00"):
            assert client.get(f"/t/acme/field-values/?{query}").status_code == 404

    def test_columns_are_in_the_address_the_table_the_paging_and_the_view(
        self, tenant: Tenant, manager: User, client_of: ClientOf
    ) -> None:
        times = {"first_reply_at": "2026-03-10T10:00:00Z", "due_at": "2026-03-12T10:00:00Z"}
        store_tickets(tenant, [{"id": f"T-{n:02}", "assignee": "Ann <i>", "tags": "a,b", **times} for n in range(60)])
        client = client_of(manager)
        query = "columns=due_at&columns=tags&columns=assignee"
        response = client.get(f"/t/acme/tickets/?{query}")
        page = response.content.decode()
        heads = [
            re.sub("<[^>]*>", "", each).strip()
            for each in page.split("<thead>")[1].split("</thead>")[0].split("</th>")[:-1]
        ]
        assert heads == [
            "",  # of the boxes that select tickets
            "Urgency",
            "Ticket",
            "Customer",
            "Status",
            "Sentiment",
            "Source",
            "Assignee",
            "Tags",
            "Due in helpdesk",
            "Due",
            "Age",
            "Peek",
        ]
        assert '<span class="value">a, b</span>' in page and "12 Mar 2026, 10:00" in page
        assert response.context["next_query"].startswith("columns=assignee&columns=tags&columns=due_at&cursor=")
        assert "status=open&amp;columns=assignee" not in page
        saved = client.post(f"/t/acme/views/add/?status=open&{query}", {"name": "Mine"})
        assert saved["Location"] == "/t/acme/tickets/?status=open&columns=assignee&columns=tags&columns=due_at"
        opened = client.get(saved["Location"])
        assert [link.is_active for link in opened.context["links"]] == [True]
        assert "Assignee, Tags, Due in helpdesk" in client.get("/t/acme/views/").content.decode()

    def test_an_unknown_column_is_named(self, tenant: Tenant, manager: User, client_of: ClientOf) -> None:
        store_tickets(tenant, [{}])
        response = client_of(manager).get("/t/acme/tickets/?columns=password")
        assert response.status_code == 400
        assert "columns" in response.context["errors"]

    def test_a_view_may_have_only_columns(self, tenant: Tenant) -> None:
        view = add_view(tenant, name="Wide", wanted=TicketFilter(), layout=Layout(COLUMNS))
        assert view.layout().columns == COLUMNS
        view.query = "columns=gone"
        with pytest.raises(FilterError, match="columns"):
            view.list_query()

    def test_a_ticket_shows_what_is_known(self, tenant: Tenant, manager: User, client_of: ClientOf) -> None:
        store_tickets(
            tenant,
            [
                {},
                {"url": "https://help.example.com/t/2?a=1&b=2", "assignee": "Ann & Co", "tags": "a&b,c", "replies": 0, "rating": "good",
                 "extra": {"Plan": "Pro", "Trial": True, "Seats": 3, "Ends": "2026-04-01T10:00:00Z"}},
            ],
        )  # fmt: skip
        client = client_of(manager)
        plain = client.get("/t/acme/tickets/T-1/").content.decode()
        assert "Open in helpdesk" not in plain and "Assignee" not in plain
        page = client.get("/t/acme/tickets/T-2/").content.decode()
        link = '<a class="button small" href="https://help.example.com/t/2?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">'
        assert link in page
        assert "<bdi>Ann &amp; Co</bdi>" in page and "?tag=a%26b" in page
        for text in (
            "<dt>Replies</dt><dd>0</dd>",
            "<bdi>Plan</bdi>",
            "<bdi>Yes</bdi>",
            "<bdi>3</bdi>",
            "1 Apr 2026, 10:00",
        ):
            assert text in page

    def test_history_reads_well(self, tenant: Tenant, manager: User, client_of: ClientOf) -> None:
        store_tickets(tenant, [{"tags": "a", "extra": {"Plan": "Basic", "Seats": 3}}])
        changed = {"tags": "a, b", "extra": {"Plan": "Pro", "Seats": 3}, "assignee": "Ann"}
        store_tickets(tenant, [{**changed, "updated_at": "2026-03-10T10:00:00Z"}])
        newest = client_of(manager).get("/t/acme/tickets/T-1/").context["history"][0]
        assert [each.title for each in newest.changes] == ["assignee", "tags", "Plan"]
        assert "".join(piece.text for piece in newest.changes[1].pieces) == "a, b"


def test_the_dashboard_offers_connections_teams_and_priorities(
    tickets: Tenant, manager: User, client_of: ClientOf
) -> None:
    client, period = client_of(manager), "period=custom&from=2026-03-01&to=2026-03-31"
    response = client.get(f"/t/acme/?{period}&team=Sales")
    filters = {each.name: each for each in response.context["bar"].values}
    choices = {name: each.choices for name, each in filters.items()}
    assert tuple(choices) == DIMENSIONS
    expected = Counter(value for each in live() for value in values_of(each, "team"))
    assert {each.value: each.count for each in choices["team"]} == expected
    assert [each.value for each in choices["team"] if each.is_chosen] == ["Sales"]
    by_priority = filters["priority"]
    assert by_priority.replaced == "Team"
    assert "One field at a time: this replaces the filter by team." in response.content.decode()
    for each in by_priority.choices:
        address = urlencode([*by_priority.others, ("priority", each.value)])
        assert client.get(f"/t/acme/?{address}").context["totals"].total == each.count


class TestApiAndFiles:
    EVERYTHING: dict[str, Any] = {
        "assignee": "Ann", "team": "Billing", "priority": "P1", "type": "Question", "tags": ["=1+1", "vip"],
        "organisation": "Alder", "customer_name": "=HYPERLINK(1)", "url": "https://help.example.com/1",
        "first_reply_at": "2026-03-10T09:30:00Z", "due_at": "2026-03-11T09:30:00Z", "replies": 2, "rating": "good",
        "language": "de", "extra": {"Plan": "Pro; =1", "Seats": 3, "Trial": False, "Ends": "2026-03-12T09:30:00Z", "Day": "2026-03-12"},
    }  # fmt: skip

    def test_the_api_has_every_field_null_or_empty_if_unknown(self, tenant: Tenant, owner: User) -> None:
        store_tickets(tenant, [{"subject": "?", "message": ""}, self.EVERYTHING])
        api = Api(token_of(owner))
        plain, full = (api.get(f"/tickets/{id_}", tenant_id="acme") for id_ in ("T-1", "T-2"))
        assert {name: full[name] for name in DETAIL_FIELDS} == self.EVERYTHING
        assert {name: plain[name] for name in DETAIL_FIELDS} == {
            **dict.fromkeys(DETAIL_FIELDS),
            "tags": [],
            "extra": {},
        }
        (entry,) = api.get("/tickets/T-2/history", tenant_id="acme")["history"]
        assert entry["changes"]["extra"] == {"old": None, "new": self.EVERYTHING["extra"]}
        assert entry["changes"]["tags"] == {"old": None, "new": ["=1+1", "vip"]}
        listed = api.get("/tickets", tenant_id="acme")["tickets"]
        assert [each["replies"] for each in listed] == [2, None]

    def test_exports_have_every_field_and_no_formula(self, tenant: Tenant, manager: User, client_of: ClientOf) -> None:
        store_tickets(tenant, [{}, self.EVERYTHING])
        client = client_of(manager)
        text = client.get("/t/acme/export/tickets/").getvalue().decode("utf-8-sig")
        full, plain = csv.DictReader(io.StringIO(text))
        assert (full["tags"], full["customer_name"]) == ("'=1+1, vip", "'=HYPERLINK(1)")
        assert full["first_reply_at (UTC)"] == "2026-03-10T09:30:00+00:00"
        assert json.loads(full["extra"])["Seats"] == 3
        assert {plain[name] for name in ("assignee", "tags", "replies", "extra")} == {""}
        lines = client.get("/t/acme/export/tickets/?format=jsonl").getvalue().decode().splitlines()
        assert json.loads(lines[1])["tags"] == [] and json.loads(lines[1])["extra"] == {}
        assert json.loads(lines[0])["extra"]["Ends"] == "2026-03-12T09:30:00+00:00"

    @pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
    @pytest.mark.parametrize("format_", ["csv", "jsonl"])
    def test_an_exported_file_that_is_imported_keeps_every_field(
        self,
        tenant: Tenant,
        other_tenant: Tenant,
        manager: User,
        client_of: ClientOf,
        tmp_path: Path,
        format_: str,
        zone: str,
    ) -> None:
        tenant.timezone = zone
        tenant.save()
        values = {
            **self.EVERYTHING,
            "tags": ["a b", "vip"],
            "customer_name": "Bo",
            "extra": {**self.EVERYTHING["extra"], "Plan": "Pro"},
        }
        store_tickets(tenant, [{}, values])
        file = tmp_path / f"export.{format_}"
        file.write_bytes(client_of(manager).get(f"/t/acme/export/tickets/?format={format_}").getvalue())
        with pytest.raises(SystemExit) as ended:
            call_command(
                "import_tickets",
                "globex",
                str(file),
                map=["id=external_id"],
                stdout=io.StringIO(),
                stderr=io.StringIO(),
            )
        assert ended.value.code == 0
        stored = {
            each["external_id"]: stored_details(each)
            for each in mongo.collection("tickets").find({"tenant_id": "acme"})
        }
        imported = {
            each["external_id"]: stored_details(each)
            for each in mongo.collection("tickets").find({"tenant_id": "globex"})
        }
        assert imported == stored

    def test_columns_of_the_tenants_own_fields_are_read(self, tenant: Tenant, tmp_path: Path) -> None:
        file = tmp_path / "own.csv"
        file.write_text(
            'id,created_at,Tags,extra.Plan,Extra.Seats,Kind\n1,2026-03-10,"a,b",Pro,3,bug\n2,2026-03-10,,-,,\n'
        )
        out = io.StringIO()
        with pytest.raises(SystemExit) as ended:
            call_command("import_tickets", "acme", str(file), map=["extra.Kind=Kind"], stdout=out, stderr=io.StringIO())
        assert ended.value.code == 0
        assert "Unused" not in out.getvalue()
        first, second = mongo.collection("tickets").find({}, sort=[("external_id", 1)])
        assert first["extra"] == {"Plan": "Pro", "Seats": "3", "Kind": "bug"} and first["tags"] == ["a", "b"]
        assert "extra" not in second and "tags" not in second

    def test_a_dry_run_says_which_values_are_left_out(self, tenant: Tenant, tmp_path: Path) -> None:
        file = tmp_path / "odd.jsonl"
        rows = [
            {"id": n, "created_at": "2026-03-10", "url": "javascript:alert(1)", "replies": "many"} for n in range(3)
        ]
        file.write_text("\n".join(map(json.dumps, rows)))
        out = io.StringIO()
        with pytest.raises(SystemExit) as ended:
            call_command("import_tickets", "acme", str(file), dry_run=True, stdout=out, stderr=io.StringIO())
        assert ended.value.code == 0
        assert "3 new" in out.getvalue()
        assert (
            "Values left out: url is not a web address that starts with http:// or https:// (3), replies"
            in out.getvalue()
        )


def test_columns_are_parsed_in_the_order_of_the_list() -> None:
    columns = parse_columns({"columns": ["due_at", "assignee", "", "assignee"]})
    assert list_query("status=open", Layout(columns)) == "status=open&columns=assignee&columns=due_at"
    assert list_query("") == ""
