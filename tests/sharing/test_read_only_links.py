"""Read-only links: what they show to somebody without an account, and everything that ends them."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from analytics.sharing.links import SharedLinkStore, find_link, open_link
from analytics.views.shared_links import OPENED_A_MINUTE
from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import AuditEntry, Membership, Role, Tenant, User
from tests.builders import store_tickets
from tests.reading_pages import text_of

ClientOf = Callable[[User], Client]
pytestmark = pytest.mark.usefixtures("db")
WEEK = "period=custom&from=2026-03-02&to=2026-03-08"


@pytest.fixture
def client(manager: User, tenant: Tenant, other_tenant: Tenant, client_of: ClientOf) -> Client:
    common = {
        "created_at": "2026-03-03T12:00:00Z",
        "customer_id": "zebra_customer",
        "message": "a lawsuit, says Quagga",
    }
    store_tickets(tenant, [{**common, "id": "SECRET-1", "source": "email", "assignee": "Okapi"}])
    store_tickets(tenant, [{**common, "id": f"SECRET-{n}", "source": "chat"} for n in (2, 3)])
    store_tickets(tenant, [{"id": "OLD", "created_at": "2026-02-20T12:00:00Z"}])
    store_tickets(other_tenant, [{"created_at": "2026-03-03T12:00:00Z"} for _ in range(7)])
    return client_of(manager)


def make(client: Client, *, query: str = WEEK, days: str = "7") -> str:
    """The path of a new link."""
    answer = client.post("/t/acme/settings/links/make/", {"query": query, "days": days})
    page = answer.content.decode()
    found = re.search(r'value="http://127\.0\.0\.1:8000(/shared/[^"]+/)"', page)
    assert found, text_of(page)
    return found[1]


def open_(path: str) -> Any:
    return Client().get(path)


def test_somebody_without_an_account_sees_sums_and_nothing_else(client: Client) -> None:
    answer = open_(make(client))
    page = answer.content.decode()
    said = text_of(page)
    assert answer.status_code == 200
    assert "Acme" in said and "2–8 Mar 2026" in said and "3 tickets, of which 3 with high urgency" in said
    assert "Tickets per day" in said
    for secret in ("SECRET-", "zebra_customer", "Quagga", "Okapi", "/t/acme", "manager"):
        assert secret not in page
    assert re.findall(r'<a [^>]*href="([^"]+)"', page) == ["#content"]


def test_nobody_stores_or_finds_such_a_page(client: Client) -> None:
    answer = open_(make(client))
    assert "noindex" in answer["X-Robots-Tag"] and "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers and not answer.cookies


def test_the_parameters_of_the_address_change_nothing(client: Client) -> None:
    path = make(client, query=f"{WEEK}&source=email")
    plain = text_of(open_(path).content.decode())
    assert "1 ticket, of which" in plain and "source Email" in plain
    for query in ("period=365d", "source=chat", "tenant_id=globex", "slug=globex", "period=custom&from=2020-01-01"):
        assert "1 ticket, of which" in text_of(open_(f"{path}?{query}").content.decode()), query


def test_the_sentences_of_all_tickets_are_not_on_a_link_with_a_filter(client: Client) -> None:
    weeks: dict[str, Any] = {key: [] for key in ("week_totals", "week_high", "week_negative", "unusual", "incidents")}
    numbers = {"urgent_waiting": 2, "urgent_open": 2, "past_due": 0, "weeks_known": 8}
    mongo.collection("insights").insert_one(
        {"_id": "acme", "layout": 1, "version": 1, "counted_at": clock.now(), **weeks, **numbers}
    )
    assert "2 urgent tickets open" in text_of(open_(make(client)).content.decode())
    assert "2 urgent tickets open" not in text_of(open_(make(client, query=f"{WEEK}&source=email")).content.decode())


def test_the_token_is_stored_as_a_hash_alone_and_is_too_long_to_guess(client: Client) -> None:
    token = make(client).split("/")[2]
    assert len(token) >= 43
    assert token not in str(list(mongo.collection("shared_links").find()))
    assert token not in str([each.__dict__ for each in AuditEntry.objects.all()])
    assert token not in client.get("/t/acme/settings/links/").content.decode()
    for guessed in ("x", token[:-1], token.swapcase(), f"{token}x", "acme", "%24ne"):
        assert open_(f"/shared/{guessed}/").status_code == 404


def test_a_link_ends_at_its_date(client: Client, tenant: Tenant) -> None:
    link = find_link(make(client, days="1").split("/")[2])
    assert link is not None
    assert open_link(link, now=clock.now() + timedelta(hours=23, minutes=59)) is not None
    assert open_link(link, now=clock.now() + timedelta(days=1)) is None


def test_a_link_that_has_ended_answers_410_and_says_what_to_do(client: Client) -> None:
    path = make(client)
    mongo.collection("shared_links").update_one({}, {"$set": {"ends_at": clock.now()}})
    answer = open_(path)
    assert answer.status_code == 410 and "Ask the person who sent it to you" in text_of(answer.content.decode())
    assert "Acme" not in answer.content.decode()


def test_a_revoked_link_is_gone_at_once(client: Client, tenant: Tenant) -> None:
    path, other = make(client), make(client)
    newest = SharedLinkStore(tenant).find_all()
    first = next(each for each in newest if find_link(path.split("/")[2]) == each)
    client.post(f"/t/acme/settings/links/{first.id}/revoke/")
    assert (open_(path).status_code, open_(other).status_code) == (410, 200)
    assert [each.action for each in AuditEntry.objects.filter(kind="read-only link").order_by("id")] == [
        "created", "created", "revoked",
    ]  # fmt: skip


def test_a_link_ends_when_its_maker_is_no_longer_a_manager(client: Client, manager: User) -> None:
    path = make(client)
    theirs = Membership.objects.filter(user=manager)
    theirs.update(role=Role.VIEWER)
    assert open_(path).status_code == 410
    theirs.update(role=Role.MANAGER)
    assert open_(path).status_code == 200
    User.objects.filter(pk=manager.pk).update(is_active=False)
    assert open_(path).status_code == 410
    User.objects.filter(pk=manager.pk).update(is_active=True)
    theirs.delete()
    assert open_(path).status_code == 410


def test_an_admin_can_switch_links_off_and_on_for_the_tenant(client: Client, owner: User, client_of: ClientOf) -> None:
    path, admin = make(client), client_of(owner)
    assert client.post("/t/acme/settings/links/switch/", {"on": "0"}).status_code == 403
    admin.post("/t/acme/settings/links/switch/", {"on": "0"})
    assert open_(path).status_code == 410
    assert client.post("/t/acme/settings/links/make/", {"query": WEEK, "days": "7"}).status_code == 422
    admin.post("/t/acme/settings/links/switch/", {"on": "1"})
    assert open_(path).status_code == 200
    assert AuditEntry.objects.filter(changes__read_only_links__new="yes").exists()


def test_viewers_can_neither_make_nor_see_links(client: Client, team_mate: User, client_of: ClientOf) -> None:
    viewer = client_of(team_mate)
    assert viewer.post("/t/acme/settings/links/make/", {"query": WEEK, "days": "7"}).status_code == 403
    assert viewer.get("/t/acme/settings/links/").status_code == 403
    assert "Make a read-only link" not in viewer.get("/t/acme/share/dashboard/").content.decode()
    assert "Make a read-only link" in client.get("/t/acme/share/dashboard/").content.decode()


def test_links_of_another_tenant_cannot_be_revoked(
    client: Client, tenant: Tenant, stranger: User, client_of: ClientOf
) -> None:
    path = make(client)
    (link,) = SharedLinkStore(tenant).find_all()
    client_of(stranger).post(f"/t/globex/settings/links/{link.id}/revoke/")
    assert open_(path).status_code == 200
    assert "Acme" not in client_of(stranger).get("/t/globex/settings/links/").content.decode()


@pytest.mark.parametrize("days", ["0", "31", "365", "-1", "", "x", "9" * 99])
def test_a_link_cannot_work_for_longer_than_offered(client: Client, days: str) -> None:
    assert client.post("/t/acme/settings/links/make/", {"query": WEEK, "days": days}).status_code == 422
    assert mongo.collection("shared_links").count_documents({}) == 0


def test_the_list_says_who_made_a_link_and_when_it_was_opened(client: Client) -> None:
    path = make(client)
    assert "Never" in text_of(client.get("/t/acme/settings/links/").content.decode())
    open_(path)
    page = text_of(client.get("/t/acme/settings/links/").content.decode())
    assert "manager" in page and "2–8 Mar 2026" in page and "Never" not in page


def test_whoever_tries_many_addresses_is_slowed_down(client: Client) -> None:
    # The quota fills up again, a page a second.
    answers = [open_(f"/shared/{n}/").status_code for n in range(OPENED_A_MINUTE * 3)]
    assert 429 in answers and answers[:OPENED_A_MINUTE] == [404] * OPENED_A_MINUTE
