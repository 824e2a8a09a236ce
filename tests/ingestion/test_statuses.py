"""What helpdesks call their statuses, what that counts as, and what people say of those that nobody knows."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from supportsaas.db import mongo
from supportsaas.reliability.lock import Lock
from tenants.models import AuditEntry, Tenant, User
from tests.builders import NOON, record, store_tickets
from tests.commands import run
from tests.helpdesk import ScriptedHelpdesk
from tests.reading_pages import page_of, text_of
from tests.rolled_up import facet_differences, roll_up
from tickets import jobs
from tickets.jobs import JobRequest
from tickets.models import StatusMapping
from tickets.planning import stored_walk
from tickets.records.statuses import StatusesIn, StatusMap, spell_status, state_of
from tickets.status_mapping import remapping
from tickets.status_mapping.editing import save_meanings
from tickets.status_mapping.remapping import REMAPPING, remap_waiting, request_missing_remappings
from tickets.status_mapping.words import unmapped_sentence
from tickets.store.filters import TicketFilter
from tickets.store.ticket_store import TicketStore

ClientOf = Callable[[User], Client]
HELPDESKS = {
    "like Zendesk's": ({"New": 3, "Open": 4, "Pending": 5, "On-hold": 2, "Solved": 6, "Closed": 7}, 14, 0),
    "like Zendesk's API": ({"new": 1, "open": 2, "pending": 1, "hold": 2, "solved": 3, "closed": 1}, 6, 2),
    "like Freshdesk's": ({"Open": 2, "Pending": 1, "Waiting on Customer": 4, "Resolved": 3, "Closed": 1}, 7, 4),
    "like Jira's": ({"To Do": 2, "In Progress": 3, "Waiting for support": 1, "Done": 4, "Resolved": 2}, 6, 3),
    "like OTRS's": ({"new": 1, "open": 2, "closed successful": 3, "pending reminder": 1, "merged": 1}, 8, 5),
    "like GLPI's": ({"1": 2, "2": 1, "5": 3, "6": 4}, 10, 10),
    "shouting": ({"OPEN": 2, "IN PROGRESS": 2, "  closed ": 3, "RESOLVED": 1, "": 2}, 6, 2),
}


def put(tenant: Tenant, counts: dict[str, int]) -> None:
    statuses = [status for status, count in counts.items() for _ in range(count)]
    store_tickets(tenant, [{"id": f"T-{n:03}", "status": status} for n, status in enumerate(statuses)])


def counted(tenant: Tenant, *states: Any) -> int:
    return TicketStore(tenant).queries.count(TicketFilter(state=states))


def statuses(tenant: Tenant) -> Counter[str]:
    return Counter(each["status"] for each in mongo.collection("tickets").find({"tenant_id": tenant.slug}))


def assert_numbers_are_true(tenant: Tenant) -> None:
    assert facet_differences(tenant) == {}
    call_command("verify_stats", tenant=[tenant.slug], start="2026-03-01", end="2026-03-31")


class TestSpelling:
    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("Open", "open"),
            (" OPEN ", "open"),
            ("In Progress", "in_progress"),
            ("in-progress", "in_progress"),
            ("On  Hold", "on_hold"),
            ("Closed", "closed"),
            ("Solved", "solved"),
            ("Waiting on Customer", "Waiting on Customer"),
            ("Hold", "Hold"),
            ("re-opened", "re-opened"),
            ("2", "2"),
            ("", "unknown"),
            ("Unknown", "unknown"),
        ],
    )
    def test_known_statuses_have_one_spelling_and_others_stay_readable(self, sent: str, kept: str) -> None:
        assert spell_status(sent) == kept

    @pytest.mark.parametrize(
        ("status", "state"),
        [("open", "open"), ("In Progress", "open"), ("CLOSED", "closed"), ("done", "closed"), ("ok", "unknown"), ("unknown", "unknown")],
    )  # fmt: skip
    def test_a_status_that_nobody_knows_is_unknown_and_none_is_guessed(self, status: str, state: str) -> None:
        assert state_of(status) == state

    def test_open_is_whatever_is_not_known_to_be_closed(self) -> None:
        assert [each in StatusesIn(("open",)) for each in ("open", "Waiting", "closed", "Resolved")] == [True, True, False, False]  # fmt: skip

    def test_a_status_map_does_not_mind_the_spelling(self) -> None:
        given = StatusMap({"Waiting on Customer": "pending", "2": "open", "New": "open", "new": "pending"})
        assert given.find("waiting-on_customer ") == "pending"
        assert given.find("2") == "open"
        assert (given.find("New"), given.find("new")) == ("open", "pending")
        assert given.find("Other") is None

    def test_the_sentence_names_the_most_frequent_and_counts_the_rest(self) -> None:
        counts = {"Waiting on Customer": 80, "unknown": 12, "Hold": 1, "a": 1, "b": 1, "c": 1}
        assert unmapped_sentence(counts) == (
            "6 unmapped statuses: “Waiting on Customer” (80 tickets), no status (12 tickets), “Hold” (1 ticket), "
            "“a” (1 ticket), “b” (1 ticket) and 1 more. They count as open until you map them."
        )


@pytest.mark.parametrize("name", HELPDESKS)
def test_open_and_unknown_are_the_truth_on_every_page_and_in_the_api(
    tenant: Tenant, manager: User, client_of: ClientOf, name: str
) -> None:
    counts, still_open, unknown = HELPDESKS[name]
    put(tenant, counts)
    assert (counted(tenant, "open"), counted(tenant, "unknown")) == (still_open, unknown)
    assert counted(tenant, "closed") == sum(counts.values()) - still_open
    client = client_of(manager)
    for _ in range(2):  # from the tickets, then from roll-ups
        dashboard = page_of(client, "/t/acme/?from=2026-03-01&to=2026-03-31")
        assert f'aria-label="Open: {still_open}"' in dashboard
        assert ("Map statuses" in dashboard) is bool(unknown)
        overview = text_of(page_of(client, "/"))
        assert (f"{unknown} not mapped" in overview) is bool(unknown)
    listed = client.get("/tickets", {"tenant_id": "acme", "state": "open"}).json()
    assert listed["total"] == still_open
    assert client.get("/tickets", {"tenant_id": "acme", "state": "unknown"}).json()["total"] == unknown
    assert_numbers_are_true(tenant)


@pytest.mark.parametrize(("status", "state"), [("Open", "open"), ("Closed", "closed"), ("In Progress", "open")])
def test_tickets_that_an_earlier_version_stored_in_their_own_spelling_count_right_and_follow(
    tenant: Tenant, status: str, state: str
) -> None:
    store_tickets(tenant, [{"status": state}])
    mongo.collection("tickets").update_many({}, {"$set": {"status": status}})
    roll_up(tenant)
    assert counted(tenant, state) == 1
    assert request_missing_remappings(threading.Event()) == 1
    remap_waiting(threading.Event())
    assert statuses(tenant) == {spell_status(status): 1}
    assert [each["action"] for each in TicketStore(tenant).find_history("T-1")] == ["created"]
    assert_numbers_are_true(tenant)


class TestRuns:
    def test_a_run_says_which_statuses_nobody_mapped_and_is_complete_all_the_same(
        self, helpdesk: ScriptedHelpdesk, native_source: Callable[..., Any], tenant: Tenant, manager: User, client_of: ClientOf
    ) -> None:  # fmt: skip
        native_source(helpdesk.url)
        helpdesk.tickets = [record(f"T-{n}", status="Waiting on Customer") for n in range(3)] + [record("T-9")]
        status, out, err = run("ingest", "--tenant", "acme")
        assert (status, err) == (0, "")
        assert "1 unmapped status: “Waiting on Customer” (3 tickets)." in out
        page = page_of(client_of(manager), "/t/acme/ingestion/")
        assert "1 unmapped status" in page and 'href="/t/acme/statuses/"' in page

    def test_any_word_may_be_a_status_and_any_number_of_them(self, tenant: Tenant, tmp_path: Path) -> None:
        path = tmp_path / "odd.csv"
        words = ["$ne", "a.b", ".", "$", "Zurück", "x" * 90, *(f"State {n}" for n in range(120))]
        path.write_text("id,created_at,status\n" + "".join(f"{n},2026-03-01,{each}\n" for n, each in enumerate(words)))
        status, out, err = run("import_tickets", "acme", str(path))
        assert (status, err) == (0, "")
        assert "126 unmapped statuses" in out
        save_meanings(tenant, dict.fromkeys(words, "closed"))
        remap_waiting(threading.Event())
        assert statuses(tenant) == {"closed": len(words)}
        assert_numbers_are_true(tenant)

    def test_a_file_import_reports_unmapped_statuses_before_and_after(self, tenant: Tenant, tmp_path: Path) -> None:
        path = tmp_path / "old.csv"
        path.write_text("id,created_at,status\n1,2026-03-01,Hold\n2,2026-03-01,Open\n3,2026-03-01,4\n")
        for arguments in (["--dry-run"], []):
            status, out, _ = run("import_tickets", "acme", str(path), "--status-map", "4=Resolved", *arguments)
            assert status == 0
            assert "1 unmapped status: “Hold” (1 ticket)." in out
        assert statuses(tenant) == {"Hold": 1, "open": 1, "resolved": 1}

    def test_what_a_tenant_says_holds_for_what_comes_in(self, tenant: Tenant) -> None:
        save_meanings(tenant, {"waiting ON customer": "pending"})
        put(tenant, {"Waiting on Customer": 2, "Waiting-on-customer": 1, "open": 1})
        assert statuses(tenant) == {"pending": 3, "open": 1}


class TestMapping:
    @pytest.fixture(autouse=True)
    def _stored(self, tenant: Tenant) -> None:
        put(tenant, {"Waiting on Customer": 3, "waiting on customer": 1, "Erledigt": 2, "open": 1, "closed": 1})

    def test_a_manager_says_what_statuses_mean_and_every_number_follows(
        self, tenant: Tenant, manager: User, client_of: ClientOf
    ) -> None:
        client = client_of(manager)
        page = page_of(client, "/t/acme/statuses/")
        assert 'name="status:Waiting on Customer"' in page and 'name="status:Erledigt"' in page
        assert 'name="status:waiting on customer"' not in page
        assert "status=Waiting+on+Customer&amp;status=waiting+on+customer" in page
        listed = page_of(client, "/t/acme/tickets/?status=Waiting+on+Customer&status=waiting+on+customer")
        assert "4 tickets match" in text_of(listed)
        values = {"status:Waiting on Customer": "pending", "status:Erledigt": "closed"}
        answer = client.post("/t/acme/statuses/map/", values, follow=True)
        assert "2 statuses are saved." in text_of(answer.content.decode())
        assert statuses(tenant) == {"pending": 4, "closed": 3, "open": 1}
        assert (counted(tenant, "open"), counted(tenant, "unknown")) == (5, 0)
        assert not REMAPPING.is_running(tenant)
        entry = TicketStore(tenant).find_history("T-000")[0]
        assert (entry["action"], entry["reason"]) == ("updated", "status mapped")
        assert entry["changes"] == {"status": {"old": "Waiting on Customer", "new": "pending"}}
        assert AuditEntry.objects.filter(tenant_slug="acme", kind="status mapping").count() == 2
        assert_numbers_are_true(tenant)

    def test_one_spelling_without_a_choice_takes_no_meaning_from_another(self, tenant: Tenant) -> None:
        for chosen in (
            {"Waiting on Customer": "pending", "waiting on customer": ""},
            {"waiting on customer": "", "Waiting on Customer": "closed"},
        ):
            assert save_meanings(tenant, chosen) == 1

    def test_nobody_knows_when_a_ticket_was_closed_that_a_mapping_closed(self, tenant: Tenant) -> None:
        save_meanings(tenant, {"Erledigt": "resolved"})
        remap_waiting(threading.Event())
        ticket = TicketStore(tenant).find_ticket("T-004")
        assert ticket is not None
        assert (ticket["turns"], ticket["is_closing_known"]) == ([ticket["created_at"]], False)

    def test_a_meaning_can_be_changed_and_taken_back(self, tenant: Tenant) -> None:
        for ours, expected in (("closed", "closed"), ("pending", "pending"), ("", "Erledigt")):
            save_meanings(tenant, {"erledigt": ours})
            remap_waiting(threading.Event())
            ticket = TicketStore(tenant).find_ticket("T-004")
            assert ticket is not None
            assert ticket["status"] == expected
            assert bool(ticket["turns"]) is (ours == "closed")
            assert_numbers_are_true(tenant)

    def test_the_next_read_changes_nothing_more(self, tenant: Tenant) -> None:
        save_meanings(tenant, {"Erledigt": "resolved"})
        remap_waiting(threading.Event())
        store_tickets(tenant, [{"id": "T-004", "status": "Erledigt"}], now=NOON + timedelta(hours=1))
        assert len(TicketStore(tenant).find_history("T-004")) == 2

    def test_page_by_page_and_on_from_wherever_it_was_stopped(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(stored_walk, "PAGE_SIZE", 1)
        save_meanings(tenant, {"Waiting on Customer": "pending"})
        assert REMAPPING.walk_next_page(tenant, owner_id="a")
        assert statuses(tenant)["pending"] == 1
        assert REMAPPING.is_running(tenant)
        while REMAPPING.walk_next_page(tenant, owner_id="b"):
            pass
        assert statuses(tenant)["pending"] == 4
        assert not REMAPPING.is_running(tenant)

    def test_a_run_comes_first(self, tenant: Tenant) -> None:
        save_meanings(tenant, {"Waiting on Customer": "pending"})
        job_id = jobs.begin_at_once(tenant, JobRequest(trigger="command", started_by="cron"), owner_id="x")
        assert not REMAPPING.walk_next_page(tenant, owner_id="a")
        assert REMAPPING.is_running(tenant)
        jobs.finish(job_id, owner_id="x", status="completed", progress=jobs.Progress())
        lock = Lock(tenant.slug)
        held = lock.take("somebody")
        assert held is not None
        assert not REMAPPING.walk_next_page(tenant, owner_id="a")
        lock.release(held)
        assert REMAPPING.walk_next_page(tenant, owner_id="a")

    def test_many_follow_in_the_background_and_the_page_says_so(
        self, tenant: Tenant, manager: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(stored_walk, "PAGE_SIZE", 1)
        monkeypatch.setattr(remapping, "PAGES_AT_ONCE", 2)
        answer = client_of(manager).post(
            "/t/acme/statuses/map/", {"status:Waiting on Customer": "pending"}, follow=True
        )
        assert "follow in the background" in text_of(answer.content.decode())
        assert statuses(tenant)["pending"] == 2
        remap_waiting(threading.Event())
        assert statuses(tenant)["pending"] == 4

    def test_what_an_earlier_version_left_to_do_is_done_after_the_upgrade(self, tenant: Tenant) -> None:
        save_meanings(tenant, {"Waiting on Customer": "pending"})
        earlier = {"_id": tenant.slug, "asked_at": NOON, "ended_at": None, "edits": 1}
        mongo.collection(REMAPPING.collection).replace_one({"_id": tenant.slug}, earlier)
        import_module("tickets.migrations.0013_progress_of_walks").fill_in(None, None)
        assert REMAPPING.find_waiting() == {tenant.slug: NOON}
        remap_waiting(threading.Event())
        assert statuses(tenant)["pending"] == 4
        assert not REMAPPING.is_running(tenant)

    def test_tickets_of_another_tenant_keep_their_status(self, tenant: Tenant, other_tenant: Tenant) -> None:
        put(other_tenant, {"Erledigt": 1})
        save_meanings(tenant, {"Erledigt": "closed"})
        remap_waiting(threading.Event())
        assert statuses(other_tenant) == {"Erledigt": 1}

    @pytest.mark.parametrize(
        ("values", "sentence"),
        [
            ({"status:Erledigt": "gone"}, "is not a status that can be mapped to"),
            ({"status:Closed": "open"}, "already has a meaning"),
            ({"status:" + "x" * 101: "open"}, "at most 100 characters"),
        ],
    )
    def test_an_invalid_mapping_is_rejected_and_nothing_is_saved(
        self, manager: User, client_of: ClientOf, values: dict[str, str], sentence: str
    ) -> None:
        answer = client_of(manager).post("/t/acme/statuses/map/", {**values, "status:Hold": "on_hold"}, follow=True)
        assert sentence in text_of(answer.content.decode())
        assert StatusMapping.objects.count() == 0

    def test_a_command_says_it_and_shows_what_is_left(self, tenant: Tenant) -> None:
        assert "2 unmapped statuses" in run("statuses", "acme")[1]
        status, out, _ = run("statuses", "acme", "--map", "Waiting on Customer=pending", "Erledigt=closed")
        assert (status, out.splitlines()[-1]) == (0, "acme: all statuses are mapped.")
        assert statuses(tenant) == {"pending": 4, "closed": 3, "open": 1}
        assert run("statuses", "acme", "--map", "Erledigt=")[1].endswith("until you map it.\n")

    @pytest.mark.parametrize("arguments", [["nobody"], ["acme", "--map", "Hold"], ["acme", "--map", "Hold=gone"]])
    def test_a_command_that_makes_no_sense_is_wrong_usage(self, arguments: list[str]) -> None:
        status, _, err = run("statuses", *arguments)
        assert status == 2
        assert err.startswith("error: ")

    def test_a_viewer_reads_and_may_not_map(self, team_mate: User, client_of: ClientOf) -> None:
        client = client_of(team_mate)
        page = page_of(client, "/t/acme/statuses/")
        assert "Erledigt" in page and "<select" not in page.split("<main")[1]
        assert client.post("/t/acme/statuses/map/", {"status:Erledigt": "closed"}).status_code == 403
