"""How real helpdesks misbehave, as far as no other test covers it."""

import gzip
import json
import random
import socket
import subprocess
import time
import tracemalloc
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from supportsaas.db import mongo
from tenants.models import Tenant
from tests import processes
from tests.builders import record
from tests.faults.changing_helpdesk import ChangingHelpdesk
from tests.faults.comparing import assert_exact, assert_sound
from tests.faults.conftest import IS_LONG, OwnDatabase, end, make_tenant, run_here
from tests.faults.raw_server import RawServer, head, reset
from tests.helpdesk import ScriptedHelpdesk, answer
from tests.loopback_server import Answer
from tickets import jobs
from tickets.demo.server import DemoHelpdesk
from tickets.helpdesks import open_source
from tickets.helpdesks.model import Source
from tickets.ingestion.run import Outcome
from tickets.jobs import Progress
from tickets.store.ticket_store import TicketStore

Connect = Callable[..., Source]
Changing = Callable[..., ChangingHelpdesk]

ITEMS = {
    "path": "/items",
    "records": "items",
    "total": "total",
    "fields": {
        name: name for name in ("id", "customer_id", "subject", "message", "status", "created_at", "updated_at")
    },
    "defaults": {"source": "email"},
}


def live(tenant: Tenant) -> set[str]:
    return set(TicketStore(tenant).iterate_live_ids())


def actions(tenant: Tenant, external_id: str) -> list[str]:
    """Oldest first."""
    return [each["action"] for each in reversed(TicketStore(tenant).find_history(external_id))]


def counts(outcome: Outcome) -> dict[str, int]:
    return {name: number for name, number in outcome.progress.counts.as_dict().items() if number}


class TestDrift:
    @pytest.mark.parametrize("order", ["id", "oldest change first", "newest change first"])
    @pytest.mark.parametrize("seed", range(20 if IS_LONG else 2))
    def test_whatever_moves_while_it_is_read_the_next_quiet_read_makes_the_store_equal(
        self, seed: int, order: str, acme: Tenant, connect: Connect, changing: Changing
    ) -> None:
        helpdesk = changing(seed, order=order)
        connect(helpdesk.url)
        run_here(acme)
        chance = random.Random(f"drift {seed}")

        def move(path: str, _query: dict[str, str]) -> None:
            if path.endswith("support-tickets") and chance.random() < 0.6:
                helpdesk.change(chance.randrange(1, 4))

        for _ in range(3):
            helpdesk.script = move
            outcome = run_here(acme)
            assert outcome.status in jobs.GOOD_ENDS, outcome
            assert_sound(acme)
            helpdesk.script = None
            run_here(acme)
            assert_exact(acme, helpdesk.tickets)

    @pytest.mark.parametrize("paging", ["offset", "page"])
    def test_a_source_that_is_read_by_offset_or_number_drifts_no_less_and_ends_equal(
        self, paging: str, acme: Tenant, connect: Connect, changing: Changing
    ) -> None:
        helpdesk = changing(5, strange=False)
        connect(helpdesk.url, kind="rest", options={**ITEMS, "paging": paging})
        chance = random.Random("rest")
        is_quiet = False

        def serve(_path: str, query: dict[str, str]) -> Answer:
            if not is_quiet and chance.random() < 0.6:
                helpdesk.change(chance.randrange(1, 4))
            start = int(query["offset"]) if paging == "offset" else (int(query["page"]) - 1) * 5
            return answer({"items": helpdesk.tickets[start : start + 5], "total": len(helpdesk.tickets)})

        helpdesk.script = serve
        for is_quiet in (False, True) * 3:  # noqa: B007  `serve` looks at it
            assert run_here(acme).status in jobs.GOOD_ENDS
            assert_sound(acme)
        assert_exact(acme, helpdesk.tickets)

    @pytest.mark.parametrize("paging", ["offset", "page"])
    def test_tickets_that_go_page_by_page_take_no_other_with_them(
        self, paging: str, acme: Tenant, connect: Connect, changing: Changing, settings: Any
    ) -> None:
        """What is read has each time moved up by as many places, so that the same page comes at one place after another."""
        settings.DELETION_BRAKE_TICKETS = 30
        helpdesk = changing(6, size=60, strange=False)
        connect(helpdesk.url, kind="rest", options={**ITEMS, "paging": paging})
        goes = 3 if paging == "offset" else 5

        def serve(_path: str, query: dict[str, str]) -> Answer:
            start = int(query["offset"]) if paging == "offset" else (int(query["page"]) - 1) * 5
            served = answer({"items": helpdesk.tickets[start : start + 5], "total": len(helpdesk.tickets)})
            if start >= 10 and len(helpdesk.tickets) > 60 - 4 * goes:
                for each in helpdesk.tickets[:goes]:
                    helpdesk.remove(each["id"], listed=False)
            return served

        helpdesk.script = serve
        outcome = run_here(acme)
        assert outcome.status in jobs.GOOD_ENDS, outcome
        assert {each["id"] for each in helpdesk.tickets} <= live(acme)
        run_here(acme)
        assert_exact(acme, helpdesk.tickets)

    def test_an_unmoved_ticket_is_never_deleted(self, acme: Tenant, connect: Connect, changing: Changing) -> None:
        """Listed by id, with a ticket deleted at every third page: nothing else is deleted."""
        helpdesk = changing(9, size=60)
        connect(helpdesk.url)
        run_here(acme)
        asked = 0

        def remove(path: str, _query: dict[str, str]) -> None:
            nonlocal asked
            asked += path.endswith("support-tickets")
            if asked % 3 == 0 and asked <= 15:
                helpdesk.remove(listed=False)

        helpdesk.script = remove
        run_here(acme)
        assert {each["id"] for each in helpdesk.tickets if each["tenant_id"] == "acme"} - {"T-bad"} <= live(acme)


class TestPages:
    def test_a_server_that_caps_pages_silently_is_read_to_its_end(
        self, acme: Tenant, connect: Connect, helpdesk: ScriptedHelpdesk
    ) -> None:
        connect(helpdesk.url, page_size=500)
        helpdesk.page_size = 100
        helpdesk.tickets = [record(f"T-{n:03d}") for n in range(134)]
        outcome = run_here(acme)
        assert (outcome.status, outcome.progress.processed_pages) == ("completed", 2)
        assert_exact(acme, helpdesk.tickets)

    def test_a_server_that_caps_pages_silently_is_read_to_its_end_by_page_number(
        self, acme: Tenant, connect: Connect, helpdesk: ScriptedHelpdesk
    ) -> None:
        connect(helpdesk.url, page_size=500, kind="rest", options={**ITEMS, "paging": "page"})
        tickets = [record(f"T-{n:03d}") for n in range(134)]

        def capped(_path: str, query: dict[str, str]) -> Answer:
            start = (int(query["page"]) - 1) * 100
            return answer({"items": tickets[start : start + 100], "total": len(tickets)})

        helpdesk.script = capped
        assert run_here(acme).status == "completed"
        assert_exact(acme, tickets)

    def test_of_several_versions_in_a_page_and_over_pages_the_newest_is_kept(
        self, acme: Tenant, connect: Connect, helpdesk: ScriptedHelpdesk
    ) -> None:
        connect(helpdesk.url)
        version = {n: f"2026-03-10T0{n}:00:00Z" for n in range(1, 8)}
        helpdesk.tickets = [
            record("T-1", message="two", updated_at=version[2]),
            record("T-1", message="four", updated_at=version[4]),
            record("T-1", message="three", updated_at=version[3]),
            *[record(f"T-{n}") for n in range(2, 6)],
            record("T-1", message="one", updated_at=version[1]),
            record("T-2", message="later", updated_at="2026-03-10T10:00:00Z"),
            record("T-1", message="seven", updated_at=version[7]),
            record("T-1", message="six", updated_at=version[6]),
        ]
        assert run_here(acme).status == "completed"
        assert_exact(acme, helpdesk.tickets)
        assert actions(acme, "T-1") == ["created", "updated"]
        before = mongo.collection("ticket_history").count_documents({})
        run_here(acme)
        assert mongo.collection("ticket_history").count_documents({}) == before, "a second read changes nothing"

    def test_one_feed_for_two_tenants_with_the_same_ids_gives_each_its_own(
        self, acme: Tenant, connect: Connect, helpdesk: ScriptedHelpdesk
    ) -> None:
        globex = make_tenant("globex")
        connect(helpdesk.url)
        Source.objects.create(tenant=globex, kind="house", url=helpdesk.url, page_size=5)
        helpdesk.tickets = [
            record(f"T-{n}", tenant_id=slug, message=f"{slug} {n}")
            for n in range(20)
            for slug in ("acme", "globex", "initech")
        ]
        for tenant in (acme, globex):
            outcome = run_here(tenant)
            assert counts(outcome) == {"new_ingested": 20, "foreign": 40}
        for tenant in (acme, globex):
            assert_exact(tenant, helpdesk.tickets)
        assert mongo.collection("tickets").count_documents({}) == 40


class TestChangedSince:
    """A helpdesk that lists what changed since a second, as Redmine does."""

    @pytest.fixture
    def listed(self, helpdesk: ScriptedHelpdesk) -> list[dict[str, Any]]:
        tickets: list[dict[str, Any]] = []

        def serve(_path: str, query: dict[str, str]) -> Answer:
            since = query.get("since", "")
            found = [each for each in tickets if each["updated_at"] >= since]
            start = int(query["offset"])
            return answer({"items": found[start : start + 5], "total": len(found)})

        helpdesk.script = serve
        return tickets

    @pytest.fixture
    def source(self, connect: Connect, helpdesk: ScriptedHelpdesk) -> Source:
        return connect(helpdesk.url, kind="rest", options={**ITEMS, "paging": "offset", "since_param": "since"})

    def test_more_of_the_same_second_that_comes_late_is_not_missed(
        self, acme: Tenant, source: Source, listed: list[dict[str, Any]], helpdesk: ScriptedHelpdesk
    ) -> None:
        second = f"{datetime.now(UTC) - timedelta(minutes=30):%Y-%m-%dT%H:%M:%SZ}"
        listed += [record(f"T-{n:02d}", updated_at=second) for n in range(12)]  # more than two pages of one second
        run_here(acme)
        listed += [record(f"T-{n:02d}", updated_at=second) for n in range(12, 20)]
        listed[3] = {**listed[3], "status": "closed"}  # under the same stamp
        asked = len(helpdesk.requests)
        outcome = run_here(acme)
        assert counts(outcome) == {"new_ingested": 8, "updated": 1, "unchanged": 11}
        assert helpdesk.requests[asked][1]["since"] < second, "it asked for changes, with an overlap"
        assert_exact(acme, listed)
        assert counts(run_here(acme)) == {"unchanged": 20}

    def test_a_read_of_changes_deletes_nothing(
        self, acme: Tenant, source: Source, listed: list[dict[str, Any]]
    ) -> None:
        long_ago, lately = (f"{datetime.now(UTC) - ago:%Y-%m-%dT%H:%M:%SZ}" for ago in (_DAY, _HOUR))
        listed += [record(f"T-{n:02d}", updated_at=long_ago) for n in range(30)]
        listed[-1] = {**listed[-1], "updated_at": lately}
        run_here(acme)
        assert counts(run_here(acme)) == {"unchanged": 1}
        assert len(live(acme)) == 30

    def test_a_filter_that_the_helpdesk_ignores_only_costs_time(
        self, acme: Tenant, source: Source, helpdesk: ScriptedHelpdesk
    ) -> None:
        tickets = [record(f"T-{n:02d}") for n in range(23)]

        def ignoring(_path: str, query: dict[str, str]) -> Answer:
            start = int(query["offset"])
            return answer({"items": tickets[start : start + 5], "total": len(tickets)})

        helpdesk.script = ignoring
        run_here(acme)
        assert counts(run_here(acme)) == {"unchanged": 23}
        assert_exact(acme, tickets)

    def test_a_stamp_that_goes_back_loses_nothing_once_it_moves_on(
        self, acme: Tenant, source: Source, listed: list[dict[str, Any]]
    ) -> None:
        lately = datetime.now(UTC) - timedelta(minutes=30)
        listed += [record("T-1", message="one", updated_at=f"{lately:%Y-%m-%dT%H:%M:%SZ}"), record("T-2")]
        run_here(acme)
        earlier, later = lately - timedelta(minutes=2), lately + timedelta(minutes=2)
        listed[0] = {**listed[0], "message": "two", "updated_at": f"{earlier:%Y-%m-%dT%H:%M:%SZ}"}
        run_here(acme)
        listed[0] = {**listed[0], "message": "three", "updated_at": f"{later:%Y-%m-%dT%H:%M:%SZ}"}
        run_here(acme)
        assert_exact(acme, listed)

    def test_what_slips_between_two_pages_of_a_first_read_is_read_in_the_same_run(
        self, acme: Tenant, source: Source, listed: list[dict[str, Any]], helpdesk: ScriptedHelpdesk
    ) -> None:
        """Listed with the oldest change first: whatever changes moves to the end, and all behind it moves up."""
        listed += [record(f"T-{n:02d}", updated_at=f"2026-03-10T09:00:{n:02d}Z") for n in range(30)]
        serve = helpdesk.script
        assert serve is not None

        def change_while_page_two_is_fetched(path: str, query: dict[str, str]) -> Answer | None:
            if query["offset"] == "5" and listed[0]["id"] == "T-00":
                listed.append({**listed.pop(0), "subject": "Moved", "updated_at": "2026-03-10T10:00:00Z"})
            return serve(path, query)

        helpdesk.script = change_while_page_two_is_fetched
        outcome = run_here(acme)
        assert outcome.status == "completed", outcome
        assert_exact(acme, listed)
        assert helpdesk.requests[-1][1]["offset"] == "25"

    def test_after_a_read_that_went_on_the_next_one_is_whole(
        self, acme: Tenant, source: Source, listed: list[dict[str, Any]], helpdesk: ScriptedHelpdesk, settings: Any
    ) -> None:
        settings.DELETION_BRAKE_TICKETS = 100  # the whole read finds that twelve of thirty are missing
        serve = helpdesk.script
        assert serve is not None
        long_ago, lately = (f"{datetime.now(UTC) - ago:%Y-%m-%dT%H:%M:%SZ}" for ago in (_DAY, _HOUR))
        listed += [record(f"T-{n:02d}", updated_at=lately if n == 29 else long_ago) for n in range(30)]
        helpdesk.script = lambda path, query: answer({}, 404) if query["offset"] == "15" else serve(path, query)
        assert run_here(acme).status == "failed"
        helpdesk.script = serve
        del listed[:12]  # more than a page, so that tickets slip to pages that were read already
        assert run_here(acme).status == "completed"
        assert run_here(acme).status == "completed"
        assert_exact(acme, listed)


_DAY, _HOUR = timedelta(hours=23), timedelta(hours=1)


class TestConnections:
    @pytest.fixture(autouse=True)
    def _hurry(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tickets.helpdesks.http.READ_SECONDS", 0.4)
        monkeypatch.setattr("tickets.helpdesks.http.WHOLE_ANSWER_SECONDS", 0.4)
        monkeypatch.setattr("tickets.helpdesks.http.backoff_waits", lambda attempts: iter([0.01] * (attempts - 1)))

    def _read_badly(self, tenant: Tenant, server: RawServer) -> Outcome:
        """Point the tenant, which has tickets, to a bad server for one run; it deletes nothing."""
        before = live(tenant)
        assert before
        Source.objects.filter(tenant=tenant).update(url=server.url)
        began = time.monotonic()
        outcome = run_here(tenant)
        assert time.monotonic() - began < 10
        assert outcome.status == "failed"
        assert live(tenant) == before
        assert_sound(tenant)
        return outcome

    @pytest.fixture
    def filled(self, acme: Tenant, connect: Connect, helpdesk: ScriptedHelpdesk) -> Tenant:
        connect(helpdesk.url)
        helpdesk.tickets = [record(f"T-{n}") for n in range(8)]
        run_here(acme)
        return acme

    def test_a_body_that_drips_is_given_up_in_time(self, filled: Tenant) -> None:
        def drip(connection: socket.socket) -> None:
            connection.sendall(head(100_000))
            server.drip(connection, b" ", every=0.01, at_most=1_000)

        with RawServer(drip) as server:
            outcome = self._read_badly(filled, server)
        assert outcome.error is not None and outcome.error["code"] == "timeout"
        assert server.connections == 3

    @pytest.mark.parametrize(
        ("beginning", "piece"),
        [
            (b"HTTP/1.1 200 OK\r\nX-Long: ", b"a"),
            (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;", b"a"),
            (head(10**6, **{"Content-Encoding": "gzip"}) + b"\x1f\x8b\x08\x08\0\0\0\0\0\xff", b"a"),
        ],
        ids=["a header", "early hints", "a chunk's length", "a compressed body's name"],
    )
    def test_an_answer_that_drips_in_any_other_part_is_given_up_in_time(
        self, beginning: bytes, piece: bytes, filled: Tenant
    ) -> None:
        def drip(connection: socket.socket) -> None:
            connection.sendall(beginning)
            server.drip(connection, piece, every=0.05, at_most=16)

        with RawServer(drip) as server:
            outcome = self._read_badly(filled, server)
        assert outcome.error is not None and outcome.error["code"] == "timeout"

    def test_a_server_that_accepts_and_says_nothing_is_given_up_in_time(self, filled: Tenant) -> None:
        with RawServer(lambda _connection: time.sleep(1)) as server:
            outcome = self._read_badly(filled, server)
        assert outcome.error is not None and outcome.error["code"] == "timeout"

    def test_a_connection_that_is_reset_in_the_middle_of_an_answer_is_tried_again(self, filled: Tenant) -> None:
        tickets = [record(f"T-{n}") for n in range(9)]
        body = json.dumps({"tickets": tickets, "next_page": None, "total_count": 9}).encode()

        def reset_twice(connection: socket.socket) -> None:
            connection.sendall(head(len(body), Connection="close"))
            if server.connections <= 2:
                connection.sendall(body[: len(body) // 2])
                time.sleep(0.05)
                reset(connection)
            else:
                connection.sendall(body)

        with RawServer(reset_twice) as server:
            Source.objects.filter(tenant=filled).update(url=server.url)
            outcome = run_here(filled)
        # The list of deleted tickets is no such list here, so the run ends failed; the tickets are in.
        assert outcome.error is not None and outcome.error["code"] == "unexpected_answer"
        assert len(live(filled)) == 9

    def test_a_connection_that_is_always_reset_is_reported_in_a_sentence(self, filled: Tenant) -> None:
        def always(connection: socket.socket) -> None:
            connection.sendall(head(1_000))
            connection.sendall(b'{"tickets": [')
            time.sleep(0.05)
            reset(connection)

        with RawServer(always) as server:
            outcome = self._read_badly(filled, server)
        assert outcome.error is not None and outcome.error["code"] == "unreachable"
        assert server.connections == 3

    def test_an_answer_without_end_is_cut_off(self, filled: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tickets.helpdesks.http.LARGEST_ANSWER_BYTES", 1_000_000)

        def pour(connection: socket.socket) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
            server.drip(connection, b" " * 65536, every=0, at_most=100_000)

        with RawServer(pour) as server:
            outcome = self._read_badly(filled, server)
        assert outcome.error is not None and outcome.error["code"] == "too_large"

    def test_a_small_answer_that_unpacks_without_end_is_cut_off_and_takes_little_memory(
        self, filled: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at_most = 1_000_000
        monkeypatch.setattr("tickets.helpdesks.http.LARGEST_ANSWER_BYTES", at_most)
        bomb = gzip.compress(b" " * 200_000_000)
        assert len(bomb) < at_most / 4

        def send(connection: socket.socket) -> None:
            connection.sendall(head(len(bomb), **{"Content-Encoding": "gzip"}) + bomb)

        tracemalloc.start()
        try:
            with RawServer(send) as server:
                before = tracemalloc.get_traced_memory()[0]
                outcome = self._read_badly(filled, server)
                peak = tracemalloc.get_traced_memory()[1] - before
        finally:
            tracemalloc.stop()
        assert outcome.error is not None and outcome.error["code"] == "too_large"
        assert peak < 10 * at_most

    @pytest.mark.parametrize(
        ("pack", "name"),
        [
            (gzip.compress, "gzip"),
            (gzip.compress, "X-GZIP"),
            (zlib.compress, "deflate"),
            (lambda body: gzip.compress(body[:30]) + gzip.compress(body[30:]), "gzip"),
            (lambda body: body, "identity"),
        ],
        ids=["gzip", "its old name", "deflate", "gzip in two pieces", "not at all"],
    )
    def test_a_packed_answer_is_read(self, pack: Callable[[bytes], bytes], name: str, filled: Tenant) -> None:
        tickets = [record(f"T-{n}", message="Wo? 📦 " * 20_000) for n in range(9)]
        body = pack(json.dumps({"tickets": tickets, "next_page": None, "total_count": 9}).encode())

        def send(connection: socket.socket) -> None:
            connection.sendall(head(len(body), **{"Content-Encoding": name}) + body)

        with RawServer(send) as server:
            Source.objects.filter(tenant=filled).update(url=server.url)
            with open_source(Source.objects.get(tenant=filled)) as source:
                pages = list(source.pages())
        assert [each.fields for page in pages for each in page.records] == tickets

    @pytest.mark.parametrize(
        ("name", "body"),
        [("br", b"what is this"), ("gzip", b"no gzip at all"), ("gzip", gzip.compress(b"[" * 99)[:20] + b"!!!!!!!!")],
        ids=["a way we know not", "not packed", "damaged"],
    )
    def test_an_answer_that_cannot_be_unpacked_is_reported_in_a_sentence(
        self, name: str, body: bytes, filled: Tenant
    ) -> None:
        with RawServer(lambda c: c.sendall(head(len(body), **{"Content-Encoding": name}) + body)) as server:
            outcome = self._read_badly(filled, server)
        assert outcome.error is not None and outcome.error["code"] in ("unexpected_answer", "not_json")


class TestTooMany:
    @pytest.fixture(autouse=True)
    def _limited(self, settings: Any) -> None:
        settings.RATE_LIMIT_REQUESTS = 1_000
        settings.RATE_LIMIT_WINDOW_SECONDS = 1

    def test_a_date_in_retry_after_is_waited_for_in_real_time(
        self, acme: Tenant, connect: Connect, helpdesk: ScriptedHelpdesk
    ) -> None:
        connect(helpdesk.url)
        helpdesk.tickets = [record("T-1")]
        arrivals: list[float] = []
        again_at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=3)

        def refuse_once(_path: str, _query: dict[str, str]) -> Answer | None:
            arrivals.append(time.time())
            header = format_datetime(again_at, usegmt=True)
            return answer({}, 429, Retry_After=header) if len(arrivals) == 1 else None

        helpdesk.script = refuse_once
        assert run_here(acme).status == "completed"
        assert again_at.timestamp() - 0.05 <= arrivals[1] <= again_at.timestamp() + 3

    def test_a_limit_of_the_helpdesk_is_waited_for_even_without_a_limit_of_our_own(
        self, acme: Tenant, connect: Connect, helpdesk: ScriptedHelpdesk, settings: Any
    ) -> None:
        settings.RATE_LIMIT_REQUESTS = 0
        connect(helpdesk.url)
        arrivals: list[float] = []

        def refuse_once(_path: str, _query: dict[str, str]) -> Answer | None:
            arrivals.append(time.monotonic())
            return answer({}, 429, Retry_After="1") if len(arrivals) == 1 else None

        helpdesk.script = refuse_once
        run_here(acme)
        assert arrivals[1] - arrivals[0] >= 1

    def test_a_helpdesk_that_refuses_for_ever_fails_the_run_and_deletes_nothing(
        self, acme: Tenant, connect: Connect, helpdesk: ScriptedHelpdesk
    ) -> None:
        connect(helpdesk.url)
        helpdesk.tickets = [record(f"T-{n}") for n in range(8)]
        run_here(acme)
        helpdesk.fail_everything(answer({}, 429, Retry_After="0"))
        outcome = run_here(acme)
        assert outcome.status == "failed"
        assert outcome.error is not None and outcome.error["code"] == "rate_limited"
        helpdesk.recover()
        run_here(acme)
        assert_exact(acme, helpdesk.tickets)
        assert actions(acme, "T-1") == ["created"]

    def test_a_cancel_is_heard_while_it_waits_for_a_retry_after(
        self, database: OwnDatabase, acme: Tenant, connect: Connect, helpdesk: ScriptedHelpdesk
    ) -> None:
        connect(helpdesk.url)
        helpdesk.fail_everything(answer({}, 429, Retry_After="300"))
        command = database.start("ingest", "--all", RATE_LIMIT_REQUESTS="100")
        deadline = time.monotonic() + 30
        while "Waiting" not in ((jobs.find_active(acme) or {}).get("note") or ""):
            assert time.monotonic() < deadline, "it never waited"
            time.sleep(0.05)
        job = jobs.find_active(acme)
        assert job is not None
        assert jobs.request_cancel(acme, job["_id"], by="somebody")
        began = time.monotonic()
        assert "cancelled" in end(command)
        assert time.monotonic() - began < 6


SAMPLES_FROM_PAGE = 5
MOST_BYTES = 150 * 1024**2
MOST_GROWTH_BYTES = 16 * 1024 * 1024


def test_a_large_feed_made_as_it_is_read_takes_no_more_memory_towards_its_end(
    database: OwnDatabase, acme: Tenant, connect: Connect
) -> None:
    size, page_size = (200_000, 1_000) if IS_LONG else (6_000, 150)
    with DemoHelpdesk(sizes={"acme": size}, rate_limit=None, fast=True) as helpdesk:
        connect(helpdesk.url, page_size=page_size)
        process = processes.start(
            "manage.py", "ingest", "--all", "--json",
            anew=True, env=database.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        samples: list[int] = []
        deadline = time.monotonic() + (500 if IS_LONG else 60)
        while process.poll() is None and time.monotonic() < deadline:
            if len(helpdesk.requests) >= SAMPLES_FROM_PAGE and (used := _resident_bytes(process)):
                samples.append(used)
            time.sleep(0.05)
        output = end(process)
    assert process.returncode == 0, output
    assert json.loads(output)["new_ingested"] == size
    assert mongo.collection("tickets").count_documents({"tenant_id": "acme", "is_deleted": False}) == size
    assert mongo.collection("ticket_history").count_documents({"action": "created"}) == size
    assert max(samples) < MOST_BYTES
    early = max(samples[: max(len(samples) // 5, 1)])
    late = max(samples[-max(len(samples) // 5, 1) :])
    growth = late - early - 16 * size  # the ids that were seen: eight bytes each, and their sorted copy
    assert growth < MOST_GROWTH_BYTES, f"{growth / 1024**2:.1f} MB more than at the beginning"


def _resident_bytes(process: "subprocess.Popen[str]") -> int:
    try:
        return int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) * 4096
    except (OSError, IndexError):
        return 0


def test_a_run_reports_what_it_is_waiting_for(
    acme: Tenant, connect: Connect, helpdesk: ScriptedHelpdesk, settings: Any
) -> None:
    """Somebody who looks at a run that waits must see what for."""
    settings.RATE_LIMIT_REQUESTS, settings.RATE_LIMIT_WINDOW_SECONDS = 1, 3  # no machine is too busy to meet it
    connect(helpdesk.url)
    helpdesk.tickets = [record(f"T-{n}") for n in range(6)]
    notes: list[str] = []

    def listen(progress: Progress) -> None:
        notes.append(progress.note)

    assert run_here(acme, listener=listen).status == "completed"
    assert {"Waiting 3 s for the API limit", "Waiting 2 s for the API limit"} & set(notes), notes
