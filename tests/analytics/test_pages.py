"""The dashboard and the overview: every number opens the list it counts, and nothing is a dead end."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from supportsaas import clock as time_source
from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.builders import NOON, delete_stored, finished_job, store_tickets
from tests.reading_pages import page_of, text_of
from tests.rolled_up import forget_rollups, roll_up
from tickets import jobs
from tickets.jobs import JobRequest, Progress
from tickets.store import query_planner
from tickets.topics.finding import find_new_topics
from tickets.topics.tagging import tag_waiting_tickets

ClientOf = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


@dataclass
class Link:
    """A link and all the text a reader gets from it; `count` is the part marked as the number."""

    href: str
    title: str = ""
    text: str = ""
    count: str = ""

    @property
    def is_mark(self) -> bool:
        """A mark of a chart has no text. The table of the chart has its link, too, with the number."""
        return not (self.title or self.text.strip() or self.count)

    @property
    def number(self) -> int:
        """The marked number, else the one the title ends with, else the first in the text."""
        in_title = r"(\d+)(?: tickets?| open at the end| \w+)?$"
        for text, pattern in ((self.count, r"\d+"), (self.title, in_title), (self.text, r"\d+")):
            found = re.findall(pattern, text.replace(",", ""))
            if found:
                return int(found[0])
        raise AssertionError(f"No number in {self}")


class LinkReader(HTMLParser):
    """Collects the links of a page, SVG titles included."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[Link] = []
        self._inside: list[str] = []
        self._link: Link | None = None
        self._open: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self._link = Link(given["href"] or "", title=given.get("title") or "")
            self._open = []
            self.links.append(self._link)
        self._open.append((tag, given.get("class") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._link = None
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._link is None:
            return
        tag, name = self._open[-1] if self._open else ("", "")
        if tag == "title":
            self._link.title += data
        elif name in ("count", "bar-count"):
            self._link.count += data
        else:
            self._link.text += data


def links_of(response: Any) -> list[Link]:
    return LinkReader(response.content.decode()).links


def lists_of(response: Any, slug: str = "acme") -> list[Link]:
    """The links of a page to lists of tickets, narrowed somehow. Those of the navigation are not among them."""
    page = response.content.decode()
    links = LinkReader(page[max(page.find("<main"), 0) :]).links
    return [each for each in links if each.href.startswith(f"/t/{slug}/tickets/?")]


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_source, "now", lambda: NOON)


@pytest.fixture
def full(tenant: Tenant) -> Tenant:
    """A tenant of Berlin with tickets of all kinds over five weeks, some of them deleted."""
    tenant.timezone = "Europe/Berlin"
    tenant.save()
    messages = [
        "The router is terrible and I am angry",
        "We will file a lawsuit, this is unacceptable",
        "Can you send me the invoice",
        "Thank you, the delivery was great",
        "The login shows an error",
        "Refund me immediately & now",
    ]
    statuses = ["open", "closed", "pending", "in_progress", "resolved", "Waiting for parts"]
    records = [
        {
            "message": messages[n % len(messages)],
            "status": statuses[n % 5 if n % 7 else 5],
            "source": ["email", "chat", "Web & App"][n % 3],
            "customer_id": ["ann", "bob/2", "çelik & co", ""][n * n % 4],
            "created_at": (NOON - timedelta(hours=n * 9, minutes=n)).isoformat(),
        }
        for n in range(90)
    ]
    ids = store_tickets(tenant, records)
    delete_stored(tenant, ids[::11])
    store_tickets(tenant, [broken(n) for n in range(12)])
    find_new_topics(tenant, now=NOON)
    tag_waiting_tickets(threading.Event())
    finished_job(tenant)
    return tenant


def broken(number: int) -> dict[str, str]:
    """A ticket about a topic, the first ones in the last days and the others weeks ago, each by another customer."""
    hours = number * 9 if number < 9 else number * 50
    return {
        "id": f"B-{number}",
        "message": "It was broken on arrival",
        "customer_id": f"c{number}",
        "created_at": (NOON - timedelta(hours=hours)).isoformat(),
    }


ADDRESSES = [
    "",
    "?period=24h",
    "?period=30d",
    "?period=30d&source=email&source=Web+%26+App",
    "?period=365d",
    "?period=custom&from=2026-02-01&to=2026-02-28",
    "?period=custom&from=2026-03-08T08:15&to=2026-03-10T09:45",
    "?period=custom&from=2025-10-01&to=2026-03-31",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_number_of_the_dashboard_opens_the_list_it_counts(
    full: Tenant, team_mate: User, client_of: ClientOf, address: str
) -> None:
    client = client_of(team_mate)
    response = client.get(f"/t/acme/{address}")
    assert response.status_code == 200
    links = [each for each in lists_of(response) if not each.is_mark]
    assert len(links) > 30
    assert {each.href for each in lists_of(response)} == {each.href for each in links}, "a mark without its number"
    shown = {}
    for each in links:
        if each.href not in shown:
            page = client.get(each.href, headers=HTMX).context["page"]
            shown[each.href] = page.total
        assert each.number == shown[each.href], each


def test_topics_and_customers_open_exact_lists_though_long_lists_stop_counting(
    full: Tenant, team_mate: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    for bound in ("MAX_EXAMINED", "MAX_COUNTED_BY_INDEX"):
        monkeypatch.setattr(query_planner, bound, 1)
    monkeypatch.setattr("tickets.views.tickets.ticket_list.PAGE_SIZE", 2)  # what fits on a page is counted in any case
    client = client_of(team_mate)
    for name, fewest in (("topic=", 2), ("customer_id=", 6)):
        some = [each for each in lists_of(client.get("/t/acme/?period=7d&source=email")) if name in each.href]
        assert len(some) >= fewest
        for each in some:
            page = client.get(each.href).context["page"]
            assert (page.total, page.is_more) == (each.number, False), each
        assert any(client.get(each.href.replace("count=all", "")).context["page"].is_more for each in some)


def test_every_number_of_the_overview_opens_the_list_it_counts(
    full: Tenant, team_mate: User, client_of: ClientOf
) -> None:
    client = client_of(team_mate)
    links = lists_of(client.get("/"))
    assert len(links) == 6
    for each in links:
        assert each.number == client.get(each.href).context["page"].total, each


def test_every_other_link_of_the_dashboard_leads_somewhere(full: Tenant, team_mate: User, client_of: ClientOf) -> None:
    client = client_of(team_mate)
    response = client.get("/t/acme/?period=30d")
    others = {each.href for each in links_of(response)} - {each.href for each in lists_of(response)}
    addresses = [href if href.startswith("/") else f"/t/acme/{href}" for href in others if not href.startswith("#")]
    assert any(href.startswith("/t/acme/customers/") for href in addresses)
    assert [href for href in addresses if client.get(href).status_code != 200] == []


class TestFilterBar:
    def test_choices_stay_in_the_url(self, full: Tenant, team_mate: User, client_of: ClientOf) -> None:
        response = client_of(team_mate).get("/t/acme/?period=30d&source=email")
        hrefs = {each.href for each in links_of(response)}
        assert {"?period=7d&source=email", "?period=90d&source=email", "?period=365d&source=email"} <= hrefs
        assert "?period=30d" in hrefs  # takes the source off
        assert "?period=last_week&source=email" in hrefs
        (sources,) = [each for each in response.context["bar"].values if each.name == "source"]
        assert [each.value for each in sources.chosen] == ["email"]
        assert sources.others == [("period", "30d")]

    def test_arrows_lead_to_the_period_before_and_back_but_not_into_the_future(
        self, full: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        client = client_of(team_mate)
        now = client.get("/t/acme/?period=this_week&source=email").context["bar"].period
        assert (now.text, now.days, now.later) == ("This week", "9–15 Mar 2026", None)
        before = client.get(f"/t/acme/?{now.earlier.query}").context["bar"].period
        assert (before.text, before.days) == ("Last week", "2–8 Mar 2026")
        assert before.later.query == "period=this_week&source=email"
        earlier = client.get(f"/t/acme/?{before.earlier.query}").context["bar"].period
        assert (earlier.text, earlier.days) == ("23 Feb – 1 Mar 2026", "")
        assert before.earlier.query == "period=2026-W09&source=email"

    def test_the_menu_is_open_if_its_dates_are_wrong(self, full: Tenant, team_mate: User, client_of: ClientOf) -> None:
        html = client_of(team_mate).get("/t/acme/?period=custom&from=2026-03-02&to=2026-03-01").content.decode()
        assert 'name="filters" open' in html and 'value="2026-03-02"' in html

    def test_an_empty_panel_stays_and_says_why(self, full: Tenant, team_mate: User, client_of: ClientOf) -> None:
        html = client_of(team_mate).get("/t/acme/?period=24h").content.decode()
        assert "When tickets arrive" in html and "Shown for periods of a week or longer" in html

    def test_htmx_gets_only_the_part_that_changes(self, full: Tenant, team_mate: User, client_of: ClientOf) -> None:
        response = client_of(team_mate).get("/t/acme/?period=24h", headers=HTMX)
        assert response.content.lstrip().startswith(b'<div id="dashboard"')
        assert "HX-Request" in response["Vary"]

    @pytest.mark.parametrize(
        ("address", "words"),
        [
            ("?period=custom&from=2026-03-02&to=2026-03-01", "To must not be before From."),
            ("?period=custom&from=1812-03-02&to=2026-03-01", "From must be between the years 1900 and 9000"),
            ("?period=custom&from=soon&to=2026-03-01", "From must be a date"),
            ("?period=custom", "From is missing: choose a date."),
            ("?period=century", "Period must be one of"),
            (f"?{urlencode([('source', str(n)) for n in range(60)])}", "Source at most 50 values"),
        ],
    )
    def test_an_invalid_filter_is_reported_at_its_field(
        self, full: Tenant, team_mate: User, client_of: ClientOf, address: str, words: str
    ) -> None:
        response = client_of(team_mate).get(f"/t/acme/{address}")
        assert response.status_code == 400
        assert words in response.content.decode()

    def test_changes_compare_with_the_same_part_of_the_previous_period(
        self, tenant: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        yesterday, last_week = "2026-03-09T10:00:00Z", "2026-03-03T10:00:00Z"
        too_late = "2026-03-03T13:00:00Z"  # after the time of day that it is now
        store_tickets(tenant, [{"created_at": at} for at in (yesterday,) * 3 + (last_week,) * 2 + (too_late,)])
        store_tickets(tenant, [{"id": "OLD", "created_at": "2025-12-01T10:00:00Z"}])
        assert " 3 +1 2 before " in text_of(page_of(client_of(team_mate), "/t/acme/?period=7d"))

    @pytest.mark.parametrize(
        ("first", "period", "has_earlier"),
        [
            ("2026-02-25T00:00:00Z", "7d", True),  # the very beginning of the period before
            ("2026-02-25T00:00:01Z", "7d", False),
            ("2026-03-01T10:00:00Z", "7d", False),
            ("2026-03-09T10:00:00Z", "7d", False),
            ("2026-02-25T00:00:00Z", "30d", False),
            ("2026-02-25T00:00:00Z", "24h", True),
        ],
    )
    @pytest.mark.parametrize("is_rolled_up", [False, True])
    def test_nothing_is_compared_with_a_time_before_the_first_ticket(
        self, first: str, period: str, has_earlier: bool, is_rolled_up: bool, tenant: Tenant, team_mate: User,
        client_of: ClientOf,
    ) -> None:  # fmt: skip
        store_tickets(tenant, [{"created_at": first}, *({"created_at": "2026-03-10T09:00:00Z"},) * 40])
        if not is_rolled_up:
            forget_rollups()
        html = page_of(client_of(team_mate), f"/t/acme/?period={period}")
        said = text_of(html)
        assert ("no earlier data" not in said) == has_earlier
        assert ("No earlier data to compare with. All topics" in said) != has_earlier
        tiles = html.count('<div class="tile ')
        assert tiles and said.count("no earlier data") == (0 if has_earlier else tiles)
        file: Any = client_of(team_mate).get(f"/t/acme/charts/totals/csv/?period={period}")
        rows = b"".join(file).decode().splitlines()
        assert all(row.endswith(",") != has_earlier for row in rows[1:])


class TestEmptyStates:
    def text(self, client: Client, address: str = "/t/acme/") -> str:
        return client.get(address).content.decode()

    def test_an_empty_dashboard_without_a_source_offers_to_connect_one(
        self, tenant: Tenant, owner: User, client_of: ClientOf
    ) -> None:
        html = self.text(client_of(owner))
        assert "No helpdesk connected" in html
        assert 'href="/t/acme/ingestion/"' in html

    def test_an_empty_dashboard_before_the_first_sync_offers_to_run_it(
        self, tenant: Tenant, owner: User, client_of: ClientOf, native_source: Any
    ) -> None:
        native_source("https://help.example.com")
        assert "Not synced yet" in self.text(client_of(owner))

    def test_an_empty_dashboard_after_a_failed_sync_shows_the_error(
        self, tenant: Tenant, owner: User, client_of: ClientOf, native_source: Any
    ) -> None:
        native_source("https://help.example.com")
        error = {"code": "refused", "message": "The helpdesk refused the key."}
        finished_job(tenant, status="failed", error=error)
        assert "The helpdesk refused the key." in self.text(client_of(owner))

    def test_no_tickets_in_the_period_offers_the_newest_tickets(
        self, tenant: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        store_tickets(tenant, [{"created_at": "2025-06-15T10:00:00Z"}])
        client = client_of(team_mate)
        html = self.text(client)
        assert "No tickets created 4–10 Mar 2026" in html
        assert "?period=custom&amp;from=2025-05-17&amp;to=2025-06-15" in html
        assert client.get("/t/acme/?period=custom&from=2025-05-17&to=2025-06-15").context["totals"].total == 1

    def test_no_tickets_of_a_source_offers_all_sources(
        self, full: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        html = self.text(client_of(team_mate), "/t/acme/?period=30d&source=fax")
        assert "No tickets from this source" in html
        assert "Show all sources" in html


class TestWhileASyncIsRunning:
    def begin(self, tenant: Tenant) -> str:
        return jobs.begin_at_once(tenant, JobRequest(trigger="command", started_by="cron"), owner_id="test", now=NOON)

    def test_the_dashboard_refreshes_itself_during_the_first_sync(
        self, tenant: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        job_id = self.begin(tenant)
        store_tickets(tenant, [{}])
        client = client_of(team_mate)
        html = client.get("/t/acme/", headers=HTMX).content.decode()
        assert "The first sync is running" in html
        assert 'hx-trigger="every 5s"' in html
        jobs.finish(job_id, owner_id="test", status="completed", progress=Progress(), now=NOON)
        assert "every 5s" not in client.get("/t/acme/", headers=HTMX).content.decode()

    def test_the_dashboard_does_not_refresh_itself_during_a_later_sync(
        self, full: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        self.begin(full)
        html = client_of(team_mate).get("/t/acme/").content.decode()
        assert "A sync is running" in html
        assert "every 5s" not in html


def test_the_dashboard_takes_the_time_from_the_clock(full: Tenant, team_mate: User, client_of: ClientOf) -> None:
    """The trend's last bar is today's in the tenant's zone, and says that today is not over."""
    html = page_of(client_of(team_mate), "/t/acme/")
    assert f"{datetime(2026, 3, 10):%a %-d %b %Y}, so far" in html  # noqa: DTZ001


class TestDimensions:
    @pytest.fixture
    def browser(self, tenant: Tenant, team_mate: User, client_of: ClientOf) -> Client:
        store_tickets(tenant, [{}, {}, {}])
        mongo.collection("tickets").update_one({"external_id": "T-1"}, {"$set": {"team": "billing"}})
        roll_up(tenant)
        return client_of(team_mate)

    def test_a_dashboard_of_a_team_names_it_and_links_to_its_tickets(self, browser: Client) -> None:
        page = browser.get("/t/acme/?period=30d&team=billing")
        assert page.context["totals"].total == 1
        html = page.content.decode()
        assert "Team: billing" in text_of(html)
        assert "with their current status. Only team billing ." in text_of(html)
        ((choice,),) = (each.choices for each in page.context["bar"].values)
        assert (choice.value, choice.count, choice.is_chosen) == ("billing", 1, True)
        assert "team=billing" in html.split("/tickets/?")[1]

    def test_a_dashboard_of_a_team_and_a_source_is_refused(self, browser: Client) -> None:
        page = browser.get("/t/acme/?period=30d&team=billing&source=email")
        assert page.status_code == 400
        assert "Team cannot be combined with source on a dashboard." in text_of(page.content.decode())
