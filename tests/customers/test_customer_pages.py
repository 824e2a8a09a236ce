"""The pages of customers: the list in any order, one customer with the risk, notes and watching, and files."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from supportsaas import clock as time_source
from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.builders import NOON, store_tickets
from tests.command_log import logged_commands
from tickets.customers.refreshing import refresh_customers
from tickets.customers.watches import WatchStore
from tickets.notes.store import NoteStore, Subject

ClientOf = Callable[[User], Client]
OWN = ("customers", "customer_watches", "notes", "customer_refresh")
LEAVING = "We are switching to a competitor"


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_source, "now", lambda: NOON)


def made(number: int, days: float, customer: str, **values: Any) -> dict[str, Any]:
    at = (NOON - timedelta(days=days)).isoformat()
    return {"id": f"T-{number}", "customer_id": customer, "created_at": at, "updated_at": at, **values}


def keep(tenant: Tenant, *records: dict[str, Any]) -> None:
    store_tickets(tenant, records)
    refresh_customers(threading.Event())


@pytest.fixture
def customers(tenant: Tenant) -> Tenant:
    keep(
        tenant,
        made(1, 10, "ann", message=LEAVING, customer_name="Ann Lee", organisation="Lee & Sons"),
        made(2, 8, "ann"),
        made(3, 100, "bob"),
        made(4, 1, "cy", customer_name="Cy"),
    )
    return tenant


def get(client: Client, address: str, *, status: int = 200) -> Any:
    response = client.get(address)
    assert response.status_code == status
    return response


def shown(client: Client, query: str = "") -> list[str]:
    return [row["customer"].customer_id for row in get(client, f"/t/acme/customers/?{query}").context.get("rows", [])]


class TestList:
    def test_the_highest_risk_comes_first_with_name_organisation_and_reasons(
        self, customers: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        client = client_of(team_mate)
        html = get(client, "/t/acme/customers/").content.decode()
        assert shown(client)[0] == "ann"
        for each in ("Ann Lee", "Lee &amp; Sons", "“switching to” 10 days ago", "2 tickets in 30 days"):
            assert each in html

    def test_the_address_has_order_period_and_search(
        self, customers: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        client = client_of(team_mate)
        assert shown(client, "sort=name") == ["ann", "bob", "cy"]
        assert shown(client, "sort=-name&period=30d") == ["cy", "ann"]
        assert shown(client, "q=lee") == ["ann"]
        assert shown(client, "sort=nonsense&period=x&watched=9") == shown(client)
        get(client, "/t/acme/customers/?cursor=nonsense", status=400)

    def test_a_header_sorts_and_then_reverses(self, customers: Tenant, team_mate: User, client_of: ClientOf) -> None:
        page = get(client_of(team_mate), "/t/acme/customers/?sort=name&period=7d&q=c")
        of = {each["name"]: each for each in page.context["headings"]}
        assert of["name"]["query"] == "q=c&period=7d&sort=-name" and of["name"]["direction"] == "ascending"
        assert of["risk"]["query"] == "q=c&period=7d" and of["risk"]["direction"] == ""

    def test_numbers_of_a_period_open_exactly_their_tickets(
        self, customers: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        client = client_of(team_mate)
        page = get(client, "/t/acme/customers/?period=7d")
        (row,) = page.context["rows"]
        listed = get(client, f"/t/acme/tickets/?customer_id=cy&{page.context['count_query']}")
        assert row["numbers"].total == listed.context["page"].total == 1

    def test_pages_follow_one_another(self, tenant: Tenant, team_mate: User, client_of: ClientOf) -> None:
        keep(tenant, *(made(n, 1, f"c{n:03}") for n in range(60)))
        client = client_of(team_mate)
        first = get(client, "/t/acme/customers/?sort=name")
        rest = get(client, f"/t/acme/customers/?{first.context['next_query']}")
        assert len(first.context["rows"]) == 50 and len(rest.context["rows"]) == 10
        assert not rest.context["next_query"] and rest.context["previous_query"]

    @pytest.mark.parametrize("query", ["", "q=nobody", "watched=1", "period=7d"])
    def test_an_empty_list_says_what_to_do(
        self, tenant: Tenant, team_mate: User, client_of: ClientOf, query: str
    ) -> None:
        refresh_customers(threading.Event())
        html = get(client_of(team_mate), f"/t/acme/customers/?{query}").content.decode()
        assert ("No customers yet" in html) == (not query) and "empty" in html

    def test_before_they_are_counted_it_says_so(self, tenant: Tenant, team_mate: User, client_of: ClientOf) -> None:
        store_tickets(tenant, [made(1, 1, "ann")])
        assert "Customers are being counted" in get(client_of(team_mate), "/t/acme/customers/").content.decode()

    def test_a_list_is_read_in_few_commands_however_many_rows_it_has(
        self, tenant: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        keep(tenant, *(made(n, 1, f"c{n:03}", customer_name=f"N {n}") for n in range(45)))
        client = client_of(team_mate)
        with logged_commands() as commands:
            assert len(get(client, "/t/acme/customers/").context["rows"]) == 45
        read = [each for each, body in commands if each != "endSessions" and body.get(each) in OWN]
        assert len(read) <= 7, read


class TestFiles:
    def test_files_have_all_customers_of_the_list_in_its_order(
        self, customers: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        response = client_of(team_mate).get("/t/acme/export/customers/?format=jsonl&sort=name&period=30d")
        lines = [json.loads(each) for each in b"".join(response).decode().splitlines()]
        assert [(each["customer_id"], each["tickets"]) for each in lines] == [("ann", 2), ("cy", 1)]
        assert lines[0]["risk"] == sum(lines[0][f"risk_{name}"] or 0 for name in
                                       ("repeated", "negative", "open_urgent", "reopened", "leaving"))  # fmt: skip

    def test_a_formula_in_a_name_is_no_formula_in_a_file(
        self, tenant: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        keep(tenant, made(1, 1, "ann", customer_name="=1+1"))
        response = client_of(team_mate).get("/t/acme/export/customers/?format=csv")
        assert "'=1+1" in b"".join(response).decode()

    def test_another_format_is_an_error(self, customers: Tenant, team_mate: User, client_of: ClientOf) -> None:
        assert client_of(team_mate).get("/t/acme/export/customers/?format=xls").status_code == 400


class TestCustomer:
    def test_the_page_has_the_same_risk_as_the_list_with_its_parts(
        self, customers: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        client = client_of(team_mate)
        page = get(client, "/t/acme/customers/ann/")
        row = get(client, "/t/acme/customers/").context["rows"][0]
        assert page.context["known"] == row["customer"]
        assert sum(each.points or 0 for each in page.context["parts"]) == row["customer"].risk
        html = page.content.decode()
        assert "<bdi>Ann Lee</bdi>" in html and "Words about leaving" in html and "as table" in html

    def test_a_customer_who_is_not_counted_yet_has_a_page(
        self, tenant: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        store_tickets(tenant, [made(1, 1, "ann")])
        assert "being worked out" in get(client_of(team_mate), "/t/acme/customers/ann/").content.decode()

    @pytest.mark.parametrize(
        "name", ["<script>alert(1)</script>", "\u202eevil", "שלום עליכם", "a/b?c#d", "x" * 190, "%2F&amp;"]
    )
    def test_hostile_ids_and_names_stay_texts(
        self, tenant: Tenant, manager: User, client_of: ClientOf, name: str
    ) -> None:
        keep(tenant, made(1, 1, name, customer_name=name, message=LEAVING))
        (stored,) = mongo.collection("customers").find()
        customer_id = stored["customer_id"]
        client, page = client_of(manager), f"/t/acme/customers/{quote(customer_id)}/"
        values = {"customer": customer_id, "watch": "1"}
        assert client.post("/t/acme/watch-customer/", values).status_code == 302
        note = {"kind": "customer", "key": customer_id, "text": name, "token": "t"}
        assert client.post("/t/acme/notes/add/", note).status_code == 302
        for address in ("/t/acme/customers/", page):
            html = get(client, address).content.decode()
            assert "<script>alert" not in html and "★ Watching" in html
        (listed,) = shown(client)
        assert listed == customer_id


class TestNotesAndWatching:
    def test_the_newest_note_is_in_the_row(self, customers: Tenant, team_mate: User, client_of: ClientOf) -> None:
        client = client_of(team_mate)
        NoteStore(customers).add(Subject("customer", "ann"), "Called", by=team_mate, now=NOON - timedelta(days=1))
        values = {"kind": "customer", "key": "ann", "text": "Contacted"}
        assert client.post("/t/acme/notes/add/", values)["Location"] == "/t/acme/customers/ann/#notes"
        html = get(client, "/t/acme/customers/").content.decode()
        assert "<bdi>team_mate</bdi>, 10 Mar: <bdi>Contacted</bdi>" in html

    def test_a_note_is_changed_deleted_and_restored(
        self, customers: Tenant, team_mate: User, manager: User, client_of: ClientOf
    ) -> None:
        note = NoteStore(customers).add(Subject("customer", "ann"), "Cald", by=team_mate, now=NOON)
        client, other = client_of(team_mate), client_of(manager)
        client.post(f"/t/acme/notes/{note.id}/edit/", {"text": "Called"})
        other.post(f"/t/acme/notes/{note.id}/edit/", {"text": "Not called"})
        assert [each.text for each in NoteStore(customers).find_about(note.about)] == ["Called"]
        gone = other.post(f"/t/acme/notes/{note.id}/delete/")
        assert NoteStore(customers).find(note.id) is None
        assert f"/t/acme/notes/{note.id}/restore/" in get(other, gone["Location"].split("#")[0]).content.decode()
        other.post(f"/t/acme/notes/{note.id}/restore/")
        assert NoteStore(customers).find(note.id) is not None

    @pytest.mark.parametrize(
        "values", [{}, {"kind": "moment", "key": "x"}, {"kind": "customer"}, {"kind": "x", "key": "x"}]
    )
    def test_a_note_about_nothing_is_not_added(
        self, customers: Tenant, team_mate: User, client_of: ClientOf, values: dict[str, str]
    ) -> None:
        assert client_of(team_mate).post("/t/acme/notes/add/", {**values, "text": "x"}).status_code == 302
        assert mongo.collection("notes").count_documents({}) == 0

    def test_watching_from_the_list_leads_back_to_the_same_list(
        self, customers: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        client = client_of(team_mate)
        values = {"customer": "ann", "watch": "1", "list": "q=a&sort=name&x=https://evil.example"}
        assert client.post("/t/acme/watch-customer/", values)["Location"] == "/t/acme/customers/?q=a&sort=name"
        assert shown(client, "watched=1") == ["ann"]
        client.post("/t/acme/watch-customer/", {"customer": "ann", "watch": "0"})
        assert shown(client, "watched=1") == []
        assert client.post("/t/acme/watch-customer/", {"customer": "nobody", "watch": "1"}).status_code == 302
        assert client.post("/t/acme/watch-customer/", {"watch": "0"})["Location"] == "/t/acme/customers/"
        assert WatchStore(customers, team_mate).find_watched() == ()
