"""The pages of tickets and customers, as users and HTMX request them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.test import Client

from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.builders import NOON, delete_stored, store_tickets
from tests.reading_pages import body, page_of, text_of
from tickets.customers.refreshing import refresh

ClientOf = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
LIST = "/t/acme/tickets/"
INGESTION = "/t/acme/ingestion/"


# -- The ticket list -----------------------------------------------------------------------


def test_a_tenant_without_tickets_is_sent_to_ingestion(client_of: ClientOf, team_mate: User) -> None:
    html = page_of(client_of(team_mate), LIST)
    assert "No tickets yet" in html
    assert f'href="{INGESTION}"' in html


def test_the_list_shows_each_ticket_as_a_link(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"id": "A/7?#", "subject": "<b>Refund</b>", "message": "I want a refund immediately"}])
    html = page_of(client_of(team_mate), LIST)
    assert 'href="/t/acme/tickets/A/7%3F%23/?via=list"' in html
    assert "&lt;b&gt;Refund&lt;/b&gt;" in html
    assert 'class="badge urgency-high"' in html


def test_active_filters_are_chips_that_can_be_removed(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"status": "open", "subject": "Keep me"}, {"status": "closed", "subject": "Drop me"}])
    html = page_of(client_of(team_mate), LIST + "?status=open&source=email")
    assert "Keep me" in html
    assert "Drop me" not in html
    assert f'href="{LIST}?source=email"' in html
    assert f'href="{LIST}?status=open"' in html


def test_choices_that_are_not_chosen_have_counts_too(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"status": "open"}, {"status": "closed"}, {"status": "closed"}])
    html = page_of(client_of(team_mate), LIST + "?status=open")
    choices = dict(re.findall(r'name="status" value="(\w+)".*?class="count">(\d+)<', html))
    assert choices == {"open": "1", "closed": "2"}


def test_a_list_without_matches_offers_a_way_out(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{}])
    html = page_of(client_of(team_mate), LIST + "?q=zebra")
    assert "No matching tickets" in html
    assert "Show all tickets" in html


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("created_from=soon", "must be a date"),
        ("urgency=urgent", "must be one of high, medium, low"),
        ("requires_action=maybe", "must be yes or no"),
        ("customer_id=a&customer_id=b", "must be given only once"),
        ("cursor=%F0%9F%99%82", "page in this address is not valid"),
        ("q=" + "x" * 300, "at most"),
        ("q=a%00b", "must not contain a null character"),
        ("created_from=2026-03-02&created_to=2026-03-01", "From must be before the end of the period"),
        ("created_from=1812-06-01", "between the years 1900 and 9000"),
    ],
)
def test_an_invalid_parameter_is_explained_and_never_a_server_error(
    client_of: ClientOf, team_mate: User, tenant: Tenant, query: str, message: str
) -> None:
    store_tickets(tenant, [{}])
    response = client_of(team_mate).get(f"{LIST}?{query}")
    assert response.status_code == 400
    assert message in body(response)


def test_an_invalid_date_is_explained_at_its_field(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{}])
    html = body(client_of(team_mate).get(LIST + "?created_to=soon"))
    assert re.search(r'id="created_to"[^>]*aria-invalid="true" aria-describedby="created_to-error"', html)


def test_pages_neither_skip_nor_repeat_a_ticket(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    records = [{"subject": f"No {n}.", "created_at": clock.iso_z(start + timedelta(hours=n))} for n in range(120)]
    store_tickets(tenant, records)
    client, address, seen = client_of(team_mate), LIST, []
    while address:
        html = page_of(client, address)
        seen += re.findall(r"No (\d+)\.", html)
        following = re.search(r'rel="next"[^>]*href="([^"]+)"', html)
        address = following.group(1).replace("&amp;", "&") if following else ""
    assert seen == [str(n) for n in reversed(range(120))]
    before = re.search(r'rel="prev"[^>]*href="([^"]+)"', html)
    assert before is not None
    assert re.findall(r"No (\d+)\.", page_of(client, before.group(1)))[-1] == "20"


def test_a_period_of_days_is_shown_as_days(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    tenant.timezone = "Europe/Berlin"
    tenant.save()
    store_tickets(tenant, [{"created_at": "2026-03-10T22:30:00Z"}])
    html = page_of(client_of(team_mate), LIST + "?created_from=2026-03-10&created_to=2026-03-10")
    assert 'type="date" value="2026-03-10"' in html
    assert html.count('value="2026-03-10"') == 2
    assert "10 Mar 2026, 23:30:00 CET" in html


def test_a_period_within_a_day_is_shown_with_hours(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{}])
    html = page_of(client_of(team_mate), LIST + "?created_from=2026-03-10T08:00:00Z&created_to=2026-03-10T10:00:00Z")
    assert 'type="datetime-local" value="2026-03-10T10:00:00"' in html
    assert "A question" in html


def test_htmx_gets_the_fragment_and_other_requests_the_page(
    client_of: ClientOf, team_mate: User, tenant: Tenant
) -> None:
    store_tickets(tenant, [{}])
    client = client_of(team_mate)
    part = client.get(LIST + "?status=open&q=", headers=HTMX)
    assert b"<html" not in part.content
    assert part["HX-Push-Url"] == LIST + "?status=open"
    assert "HX-Request" in part["Vary"]
    assert b"<html" in client.get(LIST).content
    assert b"<html" in client.get(LIST, headers={**HTMX, "HX-History-Restore-Request": "true"}).content
    assert b"<html" in client.get(LIST, headers={**HTMX, "HX-Boosted": "true"}).content


def test_a_ticket_of_another_tenant_is_not_found(
    client_of: ClientOf, team_mate: User, tenant: Tenant, other_tenant: Tenant
) -> None:
    store_tickets(other_tenant, [{"id": "SECRET-1", "subject": "Theirs", "customer_id": "theirs"}])
    store_tickets(tenant, [{"subject": "Ours"}])
    client = client_of(team_mate)
    assert "Theirs" not in page_of(client, LIST)
    assert client.get(LIST + "SECRET-1/").status_code == 404
    assert client.get("/t/acme/customers/theirs/").status_code == 404
    assert client.get("/t/globex/tickets/").status_code == 404


# -- One ticket ----------------------------------------------------------------------------


def test_a_ticket_page_shows_which_words_decided(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"subject": "Order", "message": "My lawsuit <i>begins</i>"}])
    html = page_of(client_of(team_mate), LIST + "T-1/")
    assert re.search(r'<mark class="mark-high" title="[^"]*urgency: high \(lawsuit \(legal\)\)">lawsuit</mark>', html)
    assert "&lt;i&gt;begins&lt;/i&gt;" in html
    assert "because of lawsuit (legal)" in text_of(html)


def test_a_ticket_page_says_what_raised_and_what_lowered(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    message = "This is critical, but no rush. The lamp was broken, I mended it. I hate it, the colour is good."
    store_tickets(tenant, [{"subject": "Lamp", "message": message}])
    text = re.sub(r" (?=[,;])", "", text_of(page_of(client_of(team_mate), LIST + "T-1/")))
    assert "raised by critical, broken; lowered by no rush" in text
    assert "suggested by broken; ruled out by mended it" in text
    assert "because of hate, despite good" in text


def test_a_ticket_with_an_awkward_id_opens(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    for id_ in ("ORD/2026#17?x=1&y", "100%", "ä ö", "a/b/"):
        store_tickets(tenant, [{"id": id_, "customer_id": "Müller & Co/2"}])
        html = page_of(client_of(team_mate), f"{LIST}{quote(id_)}/")
        assert "/t/acme/customers/M%C3%BCller%20&amp;%20Co/2/" in html


def test_a_ticket_opened_from_a_list_leads_back_to_it_and_to_its_neighbours(
    client_of: ClientOf, team_mate: User, tenant: Tenant
) -> None:
    store_tickets(tenant, [{"id": f"T-{n}", "status": "closed" if n == 2 else "open"} for n in range(1, 5)])
    client = client_of(team_mate)
    page = client.get("/t/acme/tickets/?state=open&columns=tags").content.decode()
    link = "/t/acme/tickets/T-3/?via=list&amp;state=open&amp;columns=tags"
    assert f'href="{link}"' in page and f'data-row="T-3" data-href="{link}"' in page
    response = client.get("/t/acme/tickets/T-3/?via=list&state=open&columns=tags")
    here = response.context["in_list"]
    assert here.address == "/t/acme/tickets/?state=open&columns=tags"
    assert here.filters == "State Open"
    assert here.previous == "/t/acme/tickets/T-4/?via=list&state=open&columns=tags"
    assert here.next == "/t/acme/tickets/T-1/?via=list&state=open&columns=tags"  # T-2 is closed
    assert client.get("/t/acme/tickets/T-4/?via=list").context["in_list"].previous == ""
    for query in ("", "?state=open", "?via=list&state=lost"):
        response = client.get(f"/t/acme/tickets/T-3/{query}")
        assert (response.status_code, response.context["in_list"]) == (200, None)


def test_a_list_can_leave_values_out_and_its_chip_says_so(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    store_tickets(
        tenant, [{"id": "T-1", "status": "open"}, {"id": "T-2", "status": "closed"}, {"id": "T-3", "status": "new"}]
    )
    client = client_of(team_mate)
    response = client.get("/t/acme/tickets/?status_not=open&status_not=new")
    assert [each["external_id"] for each in response.context["page"].tickets] == ["T-2"]
    (chip,) = response.context["chips"]
    assert (chip.title, chip.value, chip.query_without) == ("Status is not", "Open, New", "")
    assert 'name="status_not" value="new" checked' in response.content.decode()
    exported = client.get("/t/acme/export/tickets/?status_not=open&format=jsonl")
    lines = b"".join(exported.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2


def test_a_period_by_name_stays_relative(
    client_of: ClientOf, team_mate: User, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 3, 11, 12, tzinfo=UTC)
    monkeypatch.setattr("supportsaas.clock.now", lambda: now)
    days = ("2026-03-09T10:00:00Z", "2026-03-10T10:00:00Z", "2026-03-10T23:30:00Z", "2026-03-11T10:00:00Z")
    store_tickets(tenant, [{"id": f"T-{n}", "created_at": day} for n, day in enumerate(days)])
    tenant.timezone = "Europe/Berlin"
    tenant.save()
    client = client_of(team_mate)
    response = client.get("/t/acme/tickets/?period=yesterday")
    assert [each["external_id"] for each in response.context["page"].tickets] == ["T-1"]
    assert response.context["query"] == "period=yesterday"
    (chip,) = response.context["chips"]
    assert (chip.title, chip.value, chip.query_without) == ("Created", "Yesterday", "")
    now += timedelta(days=1)
    response = client.get("/t/acme/tickets/?period=yesterday")
    assert [each["external_id"] for each in response.context["page"].tickets] == ["T-3", "T-2"]
    for query in ("period=someday", "period=7d&created_from=2026-03-01"):
        refused = client.get(f"/t/acme/tickets/?{query}")
        assert (refused.status_code, list(refused.context["errors"])) == (400, ["period"])


def test_an_unknown_ticket_is_not_found(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    assert client_of(team_mate).get(LIST + "nothing/").status_code == 404


def test_the_history_shows_initial_values_and_changes_word_by_word(
    client_of: ClientOf, team_mate: User, tenant: Tenant
) -> None:
    store_tickets(tenant, [{"message": "Deliver by Friday please"}])
    changed = {"message": "Deliver by Monday please", "status": "pending", "updated_at": "2026-03-10T10:00:00Z"}
    store_tickets(tenant, [changed], now=NOON + timedelta(hours=1))
    html = page_of(client_of(team_mate), LIST + "T-1/")
    assert re.search(r"<del>.*?Friday</del>\s?<ins>.*?Monday</ins>", html)
    assert re.search(r"<del>.*?Open</del>", html)
    assert "First seen" in html
    assert "Deliver by Friday please" in html


def test_the_page_of_a_deleted_ticket_says_so(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{}])
    delete_stored(tenant, ["T-1"])
    html = page_of(client_of(team_mate), LIST + "T-1/")
    assert "Deleted in the helpdesk" in html


def test_the_customers_other_tickets_are_linked(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"subject": "One"}, {"subject": "Two"}, {"subject": "Else", "customer_id": "cust_2"}])
    html = page_of(client_of(team_mate), LIST + "T-1/")
    assert f'href="{LIST}T-2/"' in html
    assert f'href="{LIST}T-3/"' not in html
    assert "View all 2 tickets from cust_1" in text_of(html)


def test_a_ticket_page_mentions_a_verdict_of_earlier_rules(
    client_of: ClientOf, team_mate: User, tenant: Tenant
) -> None:
    store_tickets(tenant, [{"message": "This is a lawsuit"}])
    mongo.collection("tickets").update_one({"external_id": "T-1"}, {"$set": {"urgency": "low"}})
    assert "still show the earlier classification: urgency low" in page_of(client_of(team_mate), LIST + "T-1/")


def test_a_ticket_of_a_megabyte_opens_folded(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"message": "word " * 199_000}])
    html = page_of(client_of(team_mate), LIST + "T-1/")
    assert re.search(r"Show all \(\d+,\d+ more characters\)", html)


# -- Customers -----------------------------------------------------------------------------


def test_the_numbers_of_customers_open_their_lists(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    store_tickets(
        tenant,
        [
            {"customer_id": "big & loud", "message": "lawsuit"},
            {"customer_id": "big & loud", "status": "closed"},
            {"customer_id": "small"},
            {"customer_id": ""},
        ],
    )
    refresh(tenant)
    client = client_of(team_mate)
    html = page_of(client, "/t/acme/customers/")
    assert text_of(html).index("big &amp; loud") < text_of(html).index("small")
    links = re.findall(r'href="(/t/acme/tickets/\?[^"]*customer_id=big[^"]*)">(\d+)<', html)
    assert [number for _, number in links] == ["1", "1", "2"]
    for address, number in links:
        listed = page_of(client, address.replace("&amp;", "&"))
        assert re.search(rf'class="figure">{number}<', listed)


def test_customers_are_found_by_the_beginning_of_their_id(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"customer_id": "a.b"}, {"customer_id": "axb"}])
    refresh(tenant)
    html = page_of(client_of(team_mate), "/t/acme/customers/?q=A.B")
    assert "/t/acme/customers/a.b/" in html
    assert "/t/acme/customers/axb/" not in html
    assert "No matching customers" in page_of(client_of(team_mate), "/t/acme/customers/?q=zebra")


def test_a_customer_has_a_page_of_their_own(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"message": "lawsuit"}, {"message": "lawsuit"}, {}])
    text = text_of(page_of(client_of(team_mate), "/t/acme/customers/cust_1/"))
    assert "High urgency 2 66.7% of their tickets" in text
    assert client_of(team_mate).get("/t/acme/customers/nobody/").status_code == 404


def test_every_page_asks_for_sign_in(client: Client, tenant: Tenant) -> None:
    for address in (LIST, LIST + "T-1/", "/t/acme/customers/", INGESTION):
        assert client.get(address)["Location"].startswith("/login/")
