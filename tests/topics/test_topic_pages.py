"""The pages that show topics: their own, the dashboard, a list, a ticket, the API and the digest."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from supportsaas import clock as time_source
from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.builders import NOON, store_tickets
from tests.topics.test_topics import BROKEN, NO_WATER, topics_by_name
from tests.topics.written import fillings, records
from tickets.classification.topics.mining import FoundTopic, Phrase
from tickets.store.saved_views import SavedView
from tickets.topics.editing import hide_topic, merge_topic
from tickets.topics.finding import find_new_topics
from tickets.topics.store import TopicStore
from tickets.topics.tagging import tag_waiting_tickets

ClientOf = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_source, "now", lambda: NOON)


def days_ago(days: int) -> str:
    return (NOON - timedelta(days=days, hours=1)).isoformat()


@pytest.fixture
def topics(tenant: Tenant) -> dict[str, str]:
    """Ids by name. “Broken on arrival” rises in the last week; “No water” is in as many tickets as before."""
    store_tickets(
        tenant,
        [
            *records(fillings(40), prefix="F", created_at=days_ago(40)),
            *records(BROKEN * 4, prefix="B", created_at=days_ago(1)),
            *records(BROKEN, prefix="A", created_at=days_ago(8)),
            *records(NO_WATER * 2, prefix="W", created_at=days_ago(2)),
            *records(NO_WATER * 2, prefix="V", created_at=days_ago(9)),
        ],
    )
    find_new_topics(tenant, now=NOON)
    tag_waiting_tickets(threading.Event())
    return {name: each.id for name, each in topics_by_name(tenant).items()}


def get(client: Client, address: str) -> Any:
    response = client.get(address, follow=True)
    assert response.status_code == 200
    return response


def rows_of(client: Client, query: str = "period=7d") -> dict[str, Any]:
    return {
        row.topic.name: (row, customers) for row, customers in get(client, f"/t/acme/topics/?{query}").context["rows"]
    }


def total_of(client: Client, address: str) -> int:
    return int(get(client, address).context["page"].total)


class TestList:
    def test_each_topic_has_its_tickets_customers_and_change_and_opens_exactly_its_tickets(
        self, topics: dict[str, str], team_mate: User, client_of: ClientOf
    ) -> None:
        client = client_of(team_mate)
        rows = rows_of(client)
        broken, customers = rows["Broken on arrival"]
        water, _ = rows["No water"]

        assert list(rows) == ["Broken on arrival", "No water"]
        assert (broken.count, broken.before, customers.count, broken.change.text) == (12, 3, 12, "+9")
        assert (water.count, water.before, water.change.text) == (6, 6, "no change")
        assert (total_of(client, broken.url), total_of(client, broken.before_url)) == (12, 3)

    def test_the_chip_of_a_list_has_the_name_of_the_topic(
        self, topics: dict[str, str], team_mate: User, client_of: ClientOf
    ) -> None:
        page = get(client_of(team_mate), f"/t/acme/tickets/?topic={topics['No water']}")

        assert [(each.title, each.value) for each in page.context["chips"]] == [("Topic", "No water")]
        assert page.context["fields"] is None, "the further filters stay folded"
        assert f'<input type="hidden" name="topic" value="{topics["No water"]}">' in page.content.decode()

    def test_without_earlier_data_nothing_is_compared(
        self, topics: dict[str, str], team_mate: User, client_of: ClientOf
    ) -> None:
        page = get(client_of(team_mate), "/t/acme/topics/?period=90d")

        assert all(row.change is None for row, _ in page.context["rows"])
        assert "No earlier data to compare with" in page.content.decode()

    def test_a_tenant_without_topics_is_told_what_they_are(
        self, tenant: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        html = get(client_of(team_mate), "/t/acme/topics/").content.decode()

        assert "No topics yet" in html
        assert "at least three customers" in html

    @pytest.mark.parametrize("query", ["period=nonsense", "page=0", "page=99", "page=x", "from=1&to=2", "topic=t1"])
    def test_other_addresses_show_the_list_too(
        self, topics: dict[str, str], team_mate: User, client_of: ClientOf, query: str
    ) -> None:
        assert len(rows_of(client_of(team_mate), query)) == 2

    def test_while_stored_tickets_are_searched_the_page_says_so(
        self, tenant: Tenant, topics: dict[str, str], team_mate: User, client_of: ClientOf
    ) -> None:
        merge_topic(tenant, topics["No water"], into=topics["Broken on arrival"])
        client = client_of(team_mate)
        row, _ = rows_of(client)["Broken on arrival"]

        assert row.change is None
        for address in ("/t/acme/topics/", "/t/acme/topics/search/"):
            assert "Searching stored tickets for topics" in get(client, address).content.decode()
        assert "Stored tickets are being searched for new topics" in get(client, "/t/acme/").content.decode()
        tag_waiting_tickets(threading.Event())
        assert "All stored tickets were searched" in get(client, "/t/acme/topics/search/").content.decode()
        assert "being searched" not in get(client, "/t/acme/").content.decode()


class TestEditing:
    @pytest.fixture
    def post(self, manager: User, client_of: ClientOf) -> Iterator[Callable[..., str]]:
        client = client_of(manager)

        def send(topic_id: str, what: str, **values: str) -> str:
            response = client.post(f"/t/acme/topics/{topic_id}/{what}/", {"back": "period=7d", **values}, follow=True)
            assert response.redirect_chain[0][0].startswith("/t/acme/topics/?period=7d")
            return " ".join(str(each) for each in response.context["messages"])

        yield send

    def test_a_topic_is_renamed_and_gets_its_name_back(
        self, topics: dict[str, str], post: Callable[..., str], manager: User, client_of: ClientOf
    ) -> None:
        assert post(topics["No water"], "rename", name="Water supply") == "“No water” is now called “Water supply”."
        assert list(rows_of(client_of(manager))) == ["Broken on arrival", "Water supply"]
        assert "Found as “<bdi>no water</bdi>”" in get(client_of(manager), "/t/acme/topics/").content.decode()
        assert post(topics["No water"], "rename", name="") == "“Water supply” is now called “No water”."
        assert "is another topic" in post(topics["No water"], "rename", name="Broken on arrival")
        assert "at most 80 characters" in post(topics["No water"], "rename", name="x" * 81)
        assert post("t99", "rename", name="x") == "This topic no longer exists."

    def test_a_hidden_topic_leaves_list_and_dashboard_until_it_is_shown_again(
        self, topics: dict[str, str], post: Callable[..., str], manager: User, client_of: ClientOf
    ) -> None:
        client = client_of(manager)
        assert post(topics["Broken on arrival"], "hide", hidden="1") == "“Broken on arrival” is hidden."
        assert list(rows_of(client)) == ["No water"]
        assert "Broken on arrival" not in get(client, "/t/acme/").content.decode()
        post(topics["Broken on arrival"], "hide", hidden="0")
        assert list(rows_of(client)) == ["Broken on arrival", "No water"]

    def test_merged_topics_count_together_and_old_links_and_views_keep_working(
        self, tenant: Tenant, topics: dict[str, str], post: Callable[..., str], manager: User, client_of: ClientOf
    ) -> None:
        view = SavedView.objects.create(tenant=tenant, name="Water", query=f"topic={topics['No water']}")
        assert "now counts under “Broken on arrival”" in post(topics["No water"], "merge", into=" broken  on arrival ")
        assert (
            post(topics["No water"], "merge", into="Nothing such")
            == "No other topic in the list is called “Nothing such”."
        )
        tag_waiting_tickets(threading.Event())
        client = client_of(manager)
        row, customers = rows_of(client)["Broken on arrival"]
        assert (row.count, customers.count, [each.name for each in row.parts]) == (18, 18, ["No water"])
        assert total_of(client, row.url) == 18
        assert total_of(client, f"/t/acme/views/{view.pk}/") == 12
        assert "of its own again" in post(topics["No water"], "separate")
        tag_waiting_tickets(threading.Event())
        assert {name: row.count for name, (row, _) in rows_of(client).items()} == {
            "Broken on arrival": 12,
            "No water": 6,
        }

    def test_what_cannot_be_seen_is_no_part_of_a_name(
        self, topics: dict[str, str], post: Callable[..., str], manager: User, client_of: ClientOf
    ) -> None:
        """Else two topics would look alike, or a name would turn the text after it around."""
        hidden = "\u202e\u200bBroken\x00 on\ufeff arrival\u2069"
        assert "is another topic “Broken on arrival”" in post(topics["No water"], "rename", name=hidden)
        assert "can be seen" in post(topics["No water"], "rename", name="\u200b\u202e \u2066")
        assert "👩‍🔧 <b>=1+1" in post(topics["No water"], "rename", name="👩‍🔧 <b>=1+1\u202e")
        assert list(rows_of(client_of(manager))) == ["Broken on arrival", "👩‍🔧 <b>=1+1"]

    def test_nothing_is_merged_by_a_name_that_two_topics_have(
        self, tenant: Tenant, topics: dict[str, str], post: Callable[..., str]
    ) -> None:
        post(topics["Broken on arrival"], "hide", hidden="1")
        post(topics["No water"], "rename", name="broken on arrival")
        post(topics["Broken on arrival"], "hide", hidden="0")
        said = post(topics["No water"], "merge", into="Broken on arrival")
        assert "“broken on arrival” now counts under “Broken on arrival”" in said
        post(topics["No water"], "separate")
        found = FoundTopic((Phrase("x", "x", 3),), frozenset(), 3)
        mongo.in_transaction(lambda session: TopicStore(tenant).add([(9, found)], now=NOON, session=session))
        said = post("t9", "merge", into="Broken on arrival")
        assert said == "Several topics are called “Broken on arrival”. Rename one of them first."
        assert all(each.merged_into is None for each in TopicStore(tenant).find_all())

    def test_a_viewer_sees_no_buttons(self, topics: dict[str, str], team_mate: User, client_of: ClientOf) -> None:
        html = get(client_of(team_mate), "/t/acme/topics/").content.decode()

        assert "Rename" not in html.split("How topics are found")[0]
        assert (
            client_of(team_mate).post(f"/t/acme/topics/{topics['No water']}/hide/", {"hidden": "1"}).status_code == 403
        )


class TestElsewhere:
    def test_the_dashboard_shows_topics_and_those_that_rise(
        self, topics: dict[str, str], team_mate: User, client_of: ClientOf
    ) -> None:
        html = get(client_of(team_mate), "/t/acme/?period=7d").content.decode()
        rising = html.split('id="rising-topics"')[1].split("</section>")[0]

        assert "Broken on arrival" in rising
        assert "+9, 3 before, 12 customers" in rising
        assert "No water" not in rising
        assert "No water" in html.split('id="topics"')[1].split("</section>")[0]
        assert "Top keywords" not in html

    def test_few_customers_and_small_numbers_do_not_rise(
        self, tenant: Tenant, topics: dict[str, str], team_mate: User, client_of: ClientOf
    ) -> None:
        store_tickets(tenant, records(NO_WATER * 20, prefix="N", customer="noisy", created_at=days_ago(1)))
        answer = client_of(team_mate).get("/tenants/acme/dashboard?from_date=2026-03-04&to_date=2026-03-10").json()
        assert {each["name"] for each in answer["rising_topics"]} == {"Broken on arrival", "No water"}

        store_tickets(tenant, [{"id": "N-x", **each} for each in records([""], prefix="W", customer="W")])
        few = records(NO_WATER * 20, prefix="W", customer="noisy", created_at=days_ago(1), updated_at=days_ago(0))
        store_tickets(tenant, few)
        answer = client_of(team_mate).get("/tenants/acme/dashboard?from_date=2026-03-04&to_date=2026-03-10").json()
        assert {each["name"] for each in answer["rising_topics"]} == {"Broken on arrival"}, "all are of one customer"

    def test_charts_of_topics_have_files(self, topics: dict[str, str], team_mate: User, client_of: ClientOf) -> None:
        client = client_of(team_mate)
        for name, header in (
            ("topics", ["topic", "tickets", "share"]),
            ("rising-topics", ["topic", "tickets", "customers", "before", "lift"]),
            ("keywords", ["keyword", "tickets", "share"]),
        ):
            file: Any = client.get(f"/t/acme/charts/{name}/csv/?period=7d")
            read = list(csv.reader(io.StringIO(b"".join(file.streaming_content).decode("utf-8-sig"))))
            assert read[0] == header
            assert len(read) > 1

    def test_the_api_names_topics_and_lists_their_tickets(
        self, topics: dict[str, str], team_mate: User, client_of: ClientOf
    ) -> None:
        client = client_of(team_mate)
        answer = client.get("/tenants/acme/dashboard?from_date=2026-03-04&to_date=2026-03-10").json()
        (rising,) = answer["rising_topics"]
        assert rising == {
            "id": topics["Broken on arrival"], "name": "Broken on arrival", "count": 12, "before": 3, "customers": 12,
            "lift": None,
        }  # fmt: skip
        assert {each["name"]: each["count"] for each in answer["topics"]} == {"Broken on arrival": 12, "No water": 6}
        listed = client.get(f"/tickets?tenant_id=acme&topic={rising['id']}").json()
        assert listed["total"] == 15
        assert all(not name.startswith("t1") for name in client.get("/tenants/acme/stats").json()["top_keywords"])

    def test_an_export_is_filtered_by_topic(self, topics: dict[str, str], team_mate: User, client_of: ClientOf) -> None:
        file: Any = client_of(team_mate).get(f"/t/acme/export/tickets/?format=csv&topic={topics['No water']}")
        read = list(csv.DictReader(io.StringIO(b"".join(file.streaming_content).decode("utf-8-sig"))))

        assert len(read) == 12

    def test_a_ticket_names_its_topics(
        self, tenant: Tenant, topics: dict[str, str], team_mate: User, client_of: ClientOf
    ) -> None:
        client = client_of(team_mate)
        assert f"?topic={topics['No water']}" in get(client, "/t/acme/tickets/W-0/").content.decode()
        hide_topic(tenant, topics["No water"], is_hidden=True)
        assert "?topic=" not in get(client, "/t/acme/tickets/W-0/").content.decode()

    def test_old_filters_by_keyword_keep_working(
        self, topics: dict[str, str], team_mate: User, client_of: ClientOf
    ) -> None:
        client = client_of(team_mate)
        assert total_of(client, "/t/acme/tickets/?keyword=water&count=all") == 12
        assert client.get("/tickets?tenant_id=acme&keyword=water").json()["total"] == 12

    def test_a_topic_that_no_longer_exists_lists_nothing(
        self, topics: dict[str, str], team_mate: User, client_of: ClientOf
    ) -> None:
        page = get(client_of(team_mate), "/t/acme/tickets/?topic=t999")

        assert page.context["page"].total == 0
        assert [each.value for each in page.context["chips"]] == ["t999"]

    def test_topics_of_another_tenant_are_not_shown(
        self, topics: dict[str, str], stranger: User, other_tenant: Tenant, client_of: ClientOf
    ) -> None:
        client = client_of(stranger)
        assert client.get("/t/acme/topics/").status_code == 404
        assert "No topics yet" in get(client, "/t/globex/topics/").content.decode()
        assert client.post(f"/t/globex/topics/{topics['No water']}/hide/", {"hidden": "1"}).status_code == 302
        assert all(not each.is_hidden for each in TopicStore(Tenant.objects.get(slug="acme")).find_all())


def test_the_link_of_a_number_names_period_and_topic(
    topics: dict[str, str], team_mate: User, client_of: ClientOf
) -> None:
    row, _ = rows_of(client_of(team_mate))["No water"]
    given = parse_qs(urlsplit(row.url).query)

    assert given["topic"] == [topics["No water"]]
    assert {"created_from", "created_to", "count"} <= given.keys()
