"""What a look finds among stored tickets, that its links open exactly those tickets, and when it looks."""

import threading
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from analytics.insights import watching
from analytics.insights.findings import Insights, Unusual, from_document, to_document
from analytics.insights.store import InsightStore, find_insights
from analytics.insights.wording import compared_with, plain, sentences
from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import delete_stored, store_tickets
from tests.incidents.made import incident_document
from tests.insights.conftest import found_in
from tests.insights.made import NOW, URGENT, ordinary_records, surge_records
from tickets import jobs
from tickets.incidents.watching import LARGE_RUN
from tickets.jobs import JobRequest
from tickets.records.collection_names import INCIDENTS, INSIGHTS
from tickets.rollups import state
from tickets.store.filters import TicketFilter
from tickets.store.ticket_queries import TicketQueries

pytestmark = pytest.mark.usefixtures("db")

YESTERDAY = NOW - timedelta(hours=20)


def only(found: Insights) -> Unusual:
    (unusual,) = [each for each in found.unusual if each.measure == "negative"]
    return unusual


def said(tenant: Tenant, found: Insights) -> str:
    return " ".join(plain(each) for each in sentences(found, tenant.zone))


def listed(tenant: Tenant, url: str) -> int:
    """How many tickets the list of a link has."""
    wanted = TicketFilter.parse(parse_qs(urlsplit(url).query), zone=tenant.zone)
    return TicketQueries(tenant).count(wanted)


@pytest.fixture
def surge(weeks: Tenant) -> Tenant:
    """Forty negative tickets of forty customers, all from a web form, in a tenant that has about two a day."""
    store_tickets(weeks, surge_records(40, at=YESTERDAY, source="web_form", team="Returns"), now=NOW)
    return weeks


class TestASurge:
    def test_its_sentence_has_the_right_numbers(self, surge: Tenant) -> None:
        found = found_in(surge)
        unusual = only(found)
        tickets = TicketQueries(surge)
        negative = TicketFilter(sentiment=("negative",))
        of_window = replace(negative, created_from=unusual.period.start, created_to=unusual.period.end)
        past = [
            tickets.count(
                replace(
                    negative,
                    created_from=unusual.period.start - timedelta(weeks=week),
                    created_to=unusual.period.end - timedelta(weeks=week),
                )
            )
            for week in range(1, 9)
        ]
        assert unusual.observed == tickets.count(of_window) >= 40
        assert unusual.weeks == 8 and unusual.usual <= sum(past) / 8  # weeks that were unusual are left out
        assert unusual.limit > unusual.usual and unusual.customers >= 40
        (source, team) = unusual.drivers
        assert (source.kind, source.value, source.count, source.usual) == ("source", "web_form", 40, 0.0)
        assert (team.kind, team.value, team.count) == ("team", "Returns", 40)
        assert found.level == "critical"

    def test_it_reads_like_a_sentence(self, surge: Tenant) -> None:
        found = found_in(surge)
        unusual = only(found)
        text = said(surge, found)
        assert f"{unusual.observed} negative" in text
        assert "driven by Web form (40, usually none) and the team Returns (40, usually none)" in text
        assert compared_with(found) == ""

    def test_every_number_opens_exactly_its_tickets(self, surge: Tenant) -> None:
        waits = {"status": "open", "created_at": "2026-03-01T00:00:00Z"}
        store_tickets(surge, [{"id": f"W-{n}", "message": URGENT, **waits} for n in range(4)], now=NOW)
        found = found_in(surge)
        assert found.urgent_waiting == 4
        parts = [part for sentence in sentences(found, surge.zone) for part in sentence if part.url]
        numbers = {part.text: listed(surge, part.url) for part in parts}
        for each in found.unusual:
            assert each.observed in numbers.values()
        for text, count in numbers.items():
            if text[0].isdigit():
                assert text.split()[0] == str(count), (text, count)
        assert numbers["4 urgent tickets"] == 4 and numbers["Web form"] == numbers["Returns"] == 40

    def test_many_tickets_of_one_customer_are_nothing_unusual(self, weeks: Tenant) -> None:
        store_tickets(weeks, surge_records(40, at=YESTERDAY, customers=1), now=NOW)
        assert found_in(weeks).unusual == ()

    def test_customers_who_write_again_and_again_are_named(self, weeks: Tenant) -> None:
        store_tickets(weeks, surge_records(30, at=YESTERDAY), now=NOW)
        store_tickets(weeks, surge_records(18, at=YESTERDAY, customers=3, prefix="R"), now=NOW)
        found = found_in(weeks)
        assert only(found).driving == 3 and "three customers" in said(weeks, found)

    def test_deleted_tickets_do_not_count(self, surge: Tenant) -> None:
        delete_stored(surge, [f"S-{n}" for n in range(40)], now=NOW)
        assert found_in(surge).unusual == ()

    def test_hours_that_are_not_stored_are_counted_from_tickets(
        self, surge: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        found = only(found_in(surge))
        monkeypatch.setattr(state, "DAYS_WITH_HOURS", 3)
        assert only(found_in(surge, NOW + timedelta(seconds=60))) == found


class TestOrdinaryTenants:
    def test_an_ordinary_week_has_no_sentence(self, weeks: Tenant) -> None:
        found = found_in(weeks)
        assert found.unusual == () and found.level == "normal" and sentences(found, weeks.zone) == []
        assert found.weeks_known == 8 and len(found.week_totals) == 9 and None not in found.week_totals[1:]

    def test_a_year_of_ordinary_weeks_yields_next_to_none(self, tenant: Tenant, standing_clock: None) -> None:
        store_tickets(tenant, ordinary_records(weeks=52 + 9, a_day=6), now=NOW)
        found_in(tenant)
        looks = [NOW - timedelta(days=7 * week, hours=week) for week in range(52)]
        unusual = [len(watching.find_out(tenant, now=moment).unusual) for moment in looks]
        print(f"{sum(unusual)} unusual numbers in {len(looks)} looks")
        assert sum(unusual) <= 1

    def test_two_weeks_are_too_few_to_compare(self, tenant: Tenant, standing_clock: None) -> None:
        store_tickets(tenant, ordinary_records(weeks=2), now=NOW)
        store_tickets(tenant, surge_records(40, at=YESTERDAY), now=NOW)
        found = found_in(tenant)
        assert found.unusual == () and "too few weeks" in compared_with(found)

    def test_five_weeks_are_compared_and_said(self, tenant: Tenant, standing_clock: None) -> None:
        store_tickets(tenant, ordinary_records(weeks=6), now=NOW)
        store_tickets(tenant, surge_records(40, at=YESTERDAY), now=NOW)
        found = found_in(tenant)
        assert only(found).weeks < 8 and "Compared with" in compared_with(found)

    def test_a_tenant_without_tickets_has_no_sentence(self, tenant: Tenant, standing_clock: None) -> None:
        found = found_in(tenant)
        assert (found.level, found.weeks_known, found.unusual) == ("normal", 0, ())


class TestLevelFacts:
    def test_they_need_no_normal(self, tenant: Tenant, standing_clock: None) -> None:
        old, new = "2026-03-01T00:00:00Z", "2026-03-09T00:00:00Z"
        store_tickets(
            tenant,
            [
                {"message": URGENT, "created_at": old, "due_at": "2026-03-02T00:00:00Z"},
                {"message": URGENT, "created_at": new},
                {"message": URGENT, "created_at": old, "status": "closed"},
            ],
            now=NOW,
        )
        found = found_in(tenant)
        assert (found.urgent_waiting, found.urgent_open, found.level) == (1, 2, "elevated")
        assert said(tenant, found).startswith("1 urgent ticket open for over 24 h")

    def test_an_ongoing_incident_is_named_first(self, weeks: Tenant) -> None:
        mongo.collection(INCIDENTS).insert_one(incident_document(weeks, tickets=["O-1", "O-2", "O-3"]))
        found = found_in(weeks)
        assert found.level == "critical"
        assert said(weeks, found).startswith(f"Incident under way: {found.incidents[0].name}, 3 tickets from ")


class TestWhenItLooks:
    def run(self) -> int:
        return watching.watch_tenants(threading.Event())

    def test_after_a_change_and_otherwise_now_and_then(self, weeks: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
        moments = [NOW]
        monkeypatch.setattr(clock, "now", lambda: moments[-1])
        assert (self.run(), self.run()) == (1, 0)
        moments.append(NOW + watching.EVERY)
        assert self.run() == 0
        store_tickets(weeks, surge_records(1, at=YESTERDAY), now=NOW)
        assert (self.run(), self.run()) == (1, 0)
        moments.append(moments[-1] + watching.AT_LATEST)
        assert self.run() == 1

    def test_not_while_a_large_import_fills_the_past(self, weeks: Tenant) -> None:
        request = JobRequest(trigger="command", started_by="cron")
        job = jobs.begin_at_once(weeks, request, owner_id="test", now=NOW)
        counted = {"$set": {"counts.new_ingested": LARGE_RUN + 1}}
        mongo.collection(jobs.COLLECTION).update_one({"_id": job}, counted)
        assert self.run() == 0 and InsightStore(weeks).find() is None

    def test_an_older_look_replaces_no_newer_one(self, weeks: Tenant) -> None:
        newer = found_in(weeks)
        InsightStore(weeks).save(replace(newer, counted_at=NOW - timedelta(hours=1), past_due=9), version=1)
        assert InsightStore(weeks).find() == newer

    def test_each_tenant_has_its_own(self, weeks: Tenant, other_tenant: Tenant) -> None:
        assert self.run() == 1  # the other has no tickets yet
        store_tickets(other_tenant, surge_records(1, at=YESTERDAY), now=NOW)
        assert self.run() == 1
        assert set(find_insights([weeks, other_tenant])) == {"acme", "globex"}
        assert set(find_insights([other_tenant])) == {"globex"}
        assert mongo.collection(INSIGHTS).count_documents({}) == 2

    def test_a_store_needs_a_tenant(self) -> None:
        with pytest.raises(ValueError, match="needs a tenant"):
            InsightStore(None)  # type: ignore[arg-type]


def test_what_is_stored_is_what_was_found(surge: Tenant) -> None:
    found = found_in(surge)
    assert from_document(surge.slug, to_document(found)) == found
