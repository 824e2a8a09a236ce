"""Topics are found in stored tickets, kept with them exactly, and stay what managers made of them."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command

from analytics.dashboard.statistics import StatisticsStore
from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.web.rejected import Rejected
from tenants.audit.audit_log import AuditEntry
from tenants.models import Tenant
from tests.builders import NOON, delete_stored, store_tickets, store_words
from tests.topics.written import fillings, records
from tickets import jobs
from tickets.classification.topics.mining import find_topics
from tickets.erasure.customers import erase_customer
from tickets.erasure.tenants import erase_deleted_tenants
from tickets.jobs import JobRequest
from tickets.planning import stored_walk
from tickets.planning.stored_pages import rewrite_page
from tickets.records.buckets import buckets_of
from tickets.records.period import Period
from tickets.store.filters import TicketFilter
from tickets.store.ticket_store import TicketStore
from tickets.topics import finding
from tickets.topics.editing import hide_topic, merge_topic, rename_topic, separate_topic
from tickets.topics.finding import FEWEST_TICKETS, KEPT, find_due_topics, find_new_topics
from tickets.topics.store import Topic, TopicStore
from tickets.topics.tagging import TAGGING, tag_waiting_tickets

MARCH = Period(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
FEBRUARY = Period(datetime(2026, 2, 1, tzinfo=UTC), MARCH.start)
BROKEN = ["The lamp was broken on arrival", "Broken on arrival, sadly", "It was broken on arrival"]
NO_WATER = ["There is no water since Monday", "No water again", "Still no water"]


def find_and_tag(tenant: Tenant) -> None:
    find_new_topics(tenant, now=clock.now())
    tag_all()


def tag_all() -> int:
    return tag_waiting_tickets(threading.Event())


def topics_by_name(tenant: Tenant) -> dict[str, Topic]:
    return {each.name: each for each in TopicStore(tenant).find_all()}


def tagged(tenant: Tenant) -> dict[str, set[str]]:
    """The live tickets of each topic, as they are stored."""
    found: dict[str, set[str]] = {}
    for each in mongo.collection("tickets").find({"tenant_id": tenant.slug, "is_deleted": False}):
        for topic_id in each.get("topic_ids") or ():
            found.setdefault(topic_id, set()).add(each["external_id"])
    return found


def listed(tenant: Tenant, topic_id: str) -> set[str]:
    """The tickets of the list that the topic's number leads to."""
    page = TicketStore(tenant).queries.page_by_cursor(TicketFilter(topic=(topic_id,)), size=100)
    return {each["external_id"] for each in page.tickets}


def assert_exact(tenant: Tenant) -> None:
    """Stored tickets, lists, totals and roll-ups agree on every topic."""
    stored = tagged(tenant)
    for topic in TopicStore(tenant).find_all():
        ids = stored.get(topic.id, set())
        assert listed(tenant, topic.id) == ids
        assert TicketStore(tenant).queries.count(TicketFilter(topic=(topic.id,))) == len(ids)
    figures = StatisticsStore(tenant).dashboard(buckets_of(MARCH, tenant.zone), comparison=FEBRUARY, now=NOON)
    assert {each.id: each.count for each in figures.topics} == {name: len(ids) for name, ids in stored.items()}
    call_command("verify_stats", tenant=[tenant.slug], start="2026-03-01", end="2026-03-31")


@pytest.fixture
def tickets(tenant: Tenant) -> Tenant:
    filling = records(fillings(40), prefix="F")
    store_tickets(tenant, [*filling, *records(BROKEN * 2, prefix="B"), *records(NO_WATER * 2, prefix="W")])
    return tenant


class TestFinding:
    def test_topics_are_found_and_every_stored_ticket_gets_them(self, tickets: Tenant) -> None:
        find_and_tag(tickets)

        found = topics_by_name(tickets)
        assert found.keys() == {"Broken on arrival", "No water"}
        assert listed(tickets, found["No water"].id) == {f"W-{n}" for n in range(6)}
        assert all(each.is_matched for each in found.values())
        assert_exact(tickets)

    def test_a_ticket_that_comes_later_gets_its_topics_at_once(self, tickets: Tenant) -> None:
        find_and_tag(tickets)
        store_tickets(tickets, records(["Broken on arrival as well"], prefix="L"))

        assert "L-0" in listed(tickets, topics_by_name(tickets)["Broken on arrival"].id)
        assert_exact(tickets)

    def test_numbers_stay_exact_before_and_after_words_are_stored(self, tickets: Tenant) -> None:
        store_words(tickets)
        find_and_tag(tickets)
        assert_exact(tickets)
        store_words(tickets)
        assert_exact(tickets)

    def test_a_changed_text_changes_the_topics(self, tickets: Tenant) -> None:
        find_and_tag(tickets)
        later = {"updated_at": "2026-03-11T09:00:00Z"}
        store_tickets(
            tickets, [*records(["All is well"], prefix="B", **later), *records(BROKEN[:1], prefix="W", **later)]
        )

        found = topics_by_name(tickets)
        assert listed(tickets, found["Broken on arrival"].id) == {"W-0", *(f"B-{n}" for n in range(1, 6))}
        assert_exact(tickets)

    def test_a_deleted_ticket_leaves_its_topics_and_gets_the_present_ones_when_it_is_restored(
        self, tickets: Tenant
    ) -> None:
        delete_stored(tickets, ["B-0", "B-1", "W-0"])
        find_and_tag(tickets)
        delete_stored(tickets, ["B-2"])
        assert_exact(tickets)
        store_tickets(tickets, records(BROKEN, prefix="B", updated_at="2026-03-12T09:00:00Z"))

        assert listed(tickets, topics_by_name(tickets)["Broken on arrival"].id) == {f"B-{n}" for n in range(6)}
        assert_exact(tickets)

    def test_finding_again_changes_nothing(self, tickets: Tenant) -> None:
        find_and_tag(tickets)
        before = TopicStore(tickets).find_all()
        renewal = find_new_topics(tickets, now=clock.now())

        assert (renewal.added, renewal.grown) == ([], {})
        assert [each.id for each in TopicStore(tickets).find_all()] == [each.id for each in before]
        assert tag_all() == 0

    def test_a_topic_that_is_not_found_for_long_is_removed_unless_it_was_edited(self, tickets: Tenant) -> None:
        find_and_tag(tickets)
        found = topics_by_name(tickets)
        rename_topic(tickets, found["No water"].id, "Water supply")
        everything = [each["external_id"] for each in mongo.collection("tickets").find({"tenant_id": tickets.slug})]
        delete_stored(tickets, everything)
        find_new_topics(tickets, now=clock.now() + KEPT + timedelta(days=1))

        assert topics_by_name(tickets).keys() == {"Water supply"}

    def test_numbers_of_topics_are_never_given_twice(self, tickets: Tenant) -> None:
        find_and_tag(tickets)
        first = {each.id for each in TopicStore(tickets).find_all()}
        mongo.in_transaction(lambda session: TopicStore(tickets).remove(first, session=session))
        find_and_tag(tickets)

        assert first.isdisjoint(each.id for each in TopicStore(tickets).find_all())
        assert tagged(tickets).keys() == {each.id for each in TopicStore(tickets).find_all()}

    def test_the_worker_finds_topics_once_there_are_enough_tickets(self, tenant: Tenant) -> None:
        store_tickets(tenant, records(BROKEN * 2, prefix="B"))
        assert find_due_topics(threading.Event()) == 0
        store_tickets(tenant, records(fillings(FEWEST_TICKETS), prefix="F"))
        assert find_due_topics(threading.Event()) == 1
        assert topics_by_name(tenant).keys() == {"Broken on arrival"}
        assert find_due_topics(threading.Event()) == 0

    def test_a_tenant_that_is_deleted_meanwhile_leaves_no_topics(
        self, tickets: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Else its customers' phrases would stay, and its id could not be used again."""
        real = find_topics

        def find_and_delete(sample: Any) -> Any:
            found = real(sample)
            Tenant.objects.get(slug=tickets.slug).delete()
            erase_deleted_tenants(threading.Event())
            return found

        monkeypatch.setattr(finding, "find_topics", find_and_delete)
        find_due_topics(threading.Event())
        assert [
            mongo.collection(each).count_documents({}) for each in ("topics", "topic_finding", "topic_tagging")
        ] == [0] * 3

    def test_one_noisy_customer_alone_makes_no_topic(self, tenant: Tenant) -> None:
        store_tickets(tenant, records(fillings(40), prefix="F"))
        store_tickets(tenant, records(["The robot scratches our parquet"] * 30, customer="noisy"))
        find_and_tag(tenant)

        assert TopicStore(tenant).find_all() == []

    def test_topics_of_another_tenant_are_never_looked_for(self, tickets: Tenant, other_tenant: Tenant) -> None:
        store_tickets(other_tenant, records(BROKEN * 2, prefix="B", tenant_id=other_tenant.slug))
        find_and_tag(tickets)

        assert tagged(other_tenant) == {}
        assert TopicStore(other_tenant).find_all() == []
        assert TopicStore(other_tenant).find("t1") is None
        assert TopicStore(other_tenant).find_names(["t1"]) == {}


class TestEditing:
    @pytest.fixture(autouse=True)
    def found(self, tickets: Tenant) -> None:
        find_and_tag(tickets)

    def test_a_new_name_stays_when_topics_are_found_again_and_can_be_taken_back(self, tickets: Tenant) -> None:
        topic = topics_by_name(tickets)["No water"]
        rename_topic(tickets, topic.id, "  Water   supply ")
        find_and_tag(tickets)
        assert topics_by_name(tickets)["Water supply"].id == topic.id

        rename_topic(tickets, topic.id, "")
        assert topics_by_name(tickets)["No water"].id == topic.id

    def test_two_topics_have_different_names(self, tickets: Tenant) -> None:
        with pytest.raises(Rejected, match="Merge the two instead"):
            rename_topic(tickets, topics_by_name(tickets)["No water"].id, "broken ON arrival")

    def test_a_hidden_topic_stays_hidden_and_can_be_shown_again(self, tickets: Tenant) -> None:
        topic = topics_by_name(tickets)["No water"]
        hide_topic(tickets, topic.id, is_hidden=True)
        find_and_tag(tickets)
        assert topics_by_name(tickets)["No water"].is_hidden
        assert len(TopicStore(tickets).find_all()) == 2

        hide_topic(tickets, topic.id, is_hidden=False)
        assert topics_by_name(tickets)["No water"].is_listed

    def test_merged_topics_count_together_and_can_be_separated(self, tickets: Tenant) -> None:
        found = topics_by_name(tickets)
        water, broken = found["No water"].id, found["Broken on arrival"].id
        merge_topic(tickets, water, into=broken)
        assert_exact(tickets)
        tag_all()
        find_and_tag(tickets)
        assert len(listed(tickets, broken)) == 12
        assert len(listed(tickets, water)) == 6, "links to the merged topic keep working"
        assert_exact(tickets)
        store_tickets(tickets, records(["No water here, too"], prefix="L"))
        assert "L-0" in listed(tickets, broken)

        separate_topic(tickets, water)
        tag_all()
        assert listed(tickets, broken) == {f"B-{n}" for n in range(6)}
        assert len(listed(tickets, water)) == 7
        assert_exact(tickets)

    def test_topics_cannot_be_merged_in_a_circle_or_with_hidden_ones(self, tickets: Tenant) -> None:
        found = topics_by_name(tickets)
        water, broken = found["No water"].id, found["Broken on arrival"].id
        merge_topic(tickets, water, into=broken)
        for topic, into in ((broken, water), (broken, broken), (water, broken)):
            with pytest.raises(Rejected):
                merge_topic(tickets, topic, into=into)
        with pytest.raises(Rejected):
            merge_topic(tickets, "t999", into=broken)

    def test_every_edit_is_in_the_audit_log(self, tickets: Tenant) -> None:
        topic = topics_by_name(tickets)["No water"]
        rename_topic(tickets, topic.id, "Water supply")
        rename_topic(tickets, topic.id, "Water supply")
        hide_topic(tickets, topic.id, is_hidden=True)

        entries = AuditEntry.objects.filter(tenant_slug=tickets.slug, kind="topic").order_by("id")
        assert [(each.name, each.changes) for each in entries] == [
            (topic.id, {"given_name": {"old": "", "new": "Water supply"}}),
            ("Water supply", {"is_hidden": {"old": "False", "new": "True"}}),
        ]


class TestTagging:
    def test_it_continues_where_a_killed_worker_was(self, tickets: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stored_walk, "PAGE_SIZE", 10)
        find_new_topics(tickets, now=clock.now())
        for _ in range(3):
            assert TAGGING.walk_next_page(tickets, owner_id="first")
        progress = TAGGING.find_progress(tickets)
        assert progress is not None
        assert (progress.is_running, progress.seen, progress.total) == (True, 30, 52)
        assert_exact(tickets)
        assert not any(each.is_matched for each in TopicStore(tickets).find_all())

        assert tag_all() == 3  # two full pages, and one of two tickets
        progress = TAGGING.find_progress(tickets)
        assert progress is not None
        assert (progress.is_running, progress.seen) == (False, 52)
        assert_exact(tickets)

    def test_a_worker_that_dies_after_writing_a_page_does_no_harm(
        self, tickets: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        find_new_topics(tickets, now=clock.now())

        def die(*arguments: Any, **named: Any) -> bool:
            rewrite_page(*arguments, **named)
            raise SystemExit

        monkeypatch.setattr(stored_walk, "rewrite_page", die)
        with pytest.raises(SystemExit):
            TAGGING.walk_next_page(tickets, owner_id="first")
        assert_exact(tickets)
        monkeypatch.setattr(stored_walk, "rewrite_page", rewrite_page)
        version = mongo.collection("rollup_state").find_one({"_id": tickets.slug})
        tag_all()

        assert mongo.collection("rollup_state").find_one({"_id": tickets.slug}) == version, "nothing is written twice"
        assert_exact(tickets)

    def test_it_waits_for_a_run_and_then_reaches_what_that_wrote_with_the_former_topics(self, tickets: Tenant) -> None:
        job_id = jobs.begin_at_once(tickets, JobRequest(trigger="command", started_by="cron"), owner_id="run")
        find_new_topics(tickets, now=clock.now())
        assert tag_all() == 0
        jobs.finish(job_id, owner_id="run", status="completed", progress=jobs.Progress(), now=clock.now())
        assert tag_all() > 0
        assert_exact(tickets)

    def test_it_begins_again_when_topics_change_meanwhile(
        self, tickets: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(stored_walk, "PAGE_SIZE", 40)
        find_and_tag(tickets)
        found = topics_by_name(tickets)
        merge_topic(tickets, found["No water"].id, into=found["Broken on arrival"].id)
        assert TAGGING.walk_next_page(tickets, owner_id="worker")
        separate_topic(tickets, found["No water"].id)
        tag_all()

        assert len(listed(tickets, found["Broken on arrival"].id)) == 6
        assert_exact(tickets)

    def test_the_check_of_roll_ups_finds_nothing_to_repair(self, tickets: Tenant) -> None:
        find_and_tag(tickets)

        call_command("verify_stats", tenant=[tickets.slug], start="2026-03-01", end="2026-03-31")


class TestErasure:
    def test_a_phrase_that_too_few_customers_use_after_an_erasure_is_removed(self, tenant: Tenant) -> None:
        said = ["Ask Ophelia Winterbottom about it", "Ophelia Winterbottom knows", "Call Ophelia Winterbottom"]
        store_tickets(tenant, [*records(fillings(40), prefix="F"), *records(said, prefix="O")])
        store_tickets(tenant, records(BROKEN * 2, prefix="B"))
        find_and_tag(tenant)
        store_words(tenant)
        assert topics_by_name(tenant).keys() == {"Ophelia winterbottom", "Broken on arrival"}

        erase_customer(tenant, "O_1")
        find_due_topics(threading.Event())
        tag_all()

        assert topics_by_name(tenant).keys() == {"Broken on arrival"}
        assert "winterbottom" not in str(list(mongo.collection("topics").find()))
        assert_exact(tenant)

    def test_it_waits_until_all_tickets_have_their_words(self, tickets: Tenant) -> None:
        find_and_tag(tickets)
        erase_customer(tickets, "B_1")
        find_due_topics(threading.Event())
        assert len(TopicStore(tickets).find_all()) == 2
        store_words(tickets)
        find_due_topics(threading.Event())

        assert len(TopicStore(tickets).find_all()) == 2, "five customers still use it"


def test_a_plan_without_topics_stores_no_field(tenant: Tenant) -> None:
    store_tickets(tenant, records(BROKEN))
    assert all("topic_ids" not in each for each in mongo.collection("tickets").find())
