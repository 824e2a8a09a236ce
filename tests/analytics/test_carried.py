"""The period and the filter go along from page to page, by the links of the navigation."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
from django.test import Client

from tenants.models import Tenant, User
from tests.builders import store_tickets
from tickets.views.carried import Carried

ClientOf = Callable[[User], Client]


@pytest.mark.parametrize(
    ("address", "numbers", "tickets"),
    [
        ("", "", ""),
        ("period=last_week", "?period=last_week", "?period=last_week"),
        ("period=2026-W12&by=team&sort=-open", "?period=2026-W12", "?period=2026-W12"),
        (
            "period=custom&from=2026-03-01&to=2026-03-07&team=A&team=B",
            "?period=custom&from=2026-03-01&to=2026-03-07&team=A&team=B",
            "?created_from=2026-03-01&created_to=2026-03-07&team=A&team=B",
        ),
        (
            "created_from=2026-03-01&created_to=2026-03-07&urgency=high&source=email",
            "?period=custom&from=2026-03-01&to=2026-03-07&source=email",
            "?created_from=2026-03-01&created_to=2026-03-07&source=email",
        ),
        ("created_from=2026-03-01", "", "?created_from=2026-03-01"),
        ("team=A&switched=1", "?team=A&switched=1", "?team=A&switched=1"),
        ("priority=P1&team=Orders+%26+more", "?team=Orders+%26+more", "?team=Orders+%26+more"),
        ("team=&period=", "", ""),
    ],
)
def test_what_goes_along(address: str, numbers: str, tickets: str) -> None:
    found = Carried.of(parse_qs(address, keep_blank_values=True))
    assert (found.numbers, found.tickets) == (numbers, tickets)


def links_of_navigation(html: str) -> dict[str, str]:
    navigation = html[html.index('<nav class="sidenav"') : html.index("</nav>")]
    return dict(re.findall(r'href="(/t/acme/[^"?]*)(\??[^"]*)"', navigation))


PERIOD = "period=custom&amp;from=2026-03-01&amp;to=2026-03-07"
IN_LIST = "created_from=2026-03-01&amp;created_to=2026-03-07"


@pytest.mark.parametrize(
    "address",
    [
        f"/t/acme/?{PERIOD}&source=email",
        f"/t/acme/work/?{PERIOD}&source=email",
        f"/t/acme/response-times/?{PERIOD}&source=email",
        f"/t/acme/customers/?{PERIOD}&source=email",
        f"/t/acme/due/?{PERIOD}&source=email",
        f"/t/acme/tickets/?{IN_LIST}&source=email",
    ],
)
def test_the_navigation_carries_the_period_and_the_filter(
    address: str, tenant: Tenant, team_mate: User, client_of: ClientOf
) -> None:
    store_tickets(tenant, [{"source": "email"}, {"source": "chat"}])
    client = client_of(team_mate)
    page = client.get(address.replace("&amp;", "&"))
    assert page.status_code == 200
    links = links_of_navigation(page.content.decode())
    for path in ("/t/acme/", "/t/acme/work/", "/t/acme/customers/", "/t/acme/due/"):
        assert links[path] == f"?{PERIOD}&amp;source=email"
    assert links["/t/acme/tickets/"] == f"?{IN_LIST}&amp;source=email"
    assert links["/t/acme/alerts/"] == ""


def test_without_a_period_nothing_is_carried(tenant: Tenant, team_mate: User, client_of: ClientOf) -> None:
    links = links_of_navigation(client_of(team_mate).get("/t/acme/work/?by=priority").content.decode())
    assert set(links.values()) == {""}


def test_a_list_knows_a_period_of_long_ago_by_the_name_that_is_carried(
    tenant: Tenant, team_mate: User, client_of: ClientOf
) -> None:
    store_tickets(tenant, [{"created_at": "2026-02-24T10:00:00Z"}, {"created_at": "2026-03-02T10:00:00Z"}])
    client = client_of(team_mate)
    page = client.get("/t/acme/tickets/?period=2026-W09")
    assert page.context["page"].total == 1
    html = page.content.decode()
    assert '<option value="2026-W09" selected>23 Feb – 1 Mar 2026</option>' in html
    assert [each.value for each in page.context["chips"]] == ["23 Feb – 1 Mar 2026"]
    assert client.get("/t/acme/tickets/?period=2026-W54").status_code == 400
