"""Tickets that are created and deleted while their list is read: none is lost silently, and none is deleted by mistake."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import record
from tests.helpdesk import ScriptedHelpdesk, answer
from tests.listed import FIELDS, PAGINGS, SIZE, ListedHelpdesk, ingest, live, warned
from tests.loopback_server import Answer
from tickets.helpdesks.model import Source
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")

TOTALS = pytest.mark.parametrize("total", [True, False], ids=["with a total", "without a total"])
WAYS = pytest.mark.parametrize("paging", PAGINGS)


@pytest.fixture(autouse=True)
def _unlimited(settings: Any) -> None:
    settings.RATE_LIMIT_REQUESTS = 0


def listing(helpdesk: ScriptedHelpdesk, paging: str, *, total: bool, tickets: int = 95) -> ListedHelpdesk:
    listed = ListedHelpdesk(helpdesk, paging=paging, tickets=tickets)
    listed.total = (lambda all_, _page: len(all_)) if total else None
    return listed


def once_at(listed: ListedHelpdesk, page: int, gone: list[int], *, created: int) -> None:
    """While the page is asked for, for the first time, the tickets of these numbers go and others come."""
    has_moved = False

    def move(number: int) -> None:
        nonlocal has_moved
        if number == page and not has_moved:
            has_moved = True
            listed.swap([f"T-{n:03d}" for n in gone], created=created)

    listed.before = move


@WAYS
@TOTALS
@pytest.mark.parametrize("created", [0, 6])
@pytest.mark.parametrize("page", [2, 9])
def test_what_slips_past_while_others_go_comes_in_with_the_same_run(
    paging: str, total: bool, created: int, page: int, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    listed = listing(helpdesk, paging, total=total)
    listed.connect(tenant)
    once_at(listed, page, [1, 2, 3, 5, 8, 9], created=created)
    outcome = ingest(tenant)
    assert outcome.status == "completed"
    assert listed.ids <= live(tenant)
    ingest(tenant)
    assert live(tenant) == listed.ids


@WAYS
@pytest.mark.parametrize(
    ("page", "gone", "created"),
    [(11, [35, 41, 66, 67, 90, 104], 6), (20, [123, 130, 161], 0), (31, [241, 242], 0)],
)
def test_in_a_long_list_what_goes_deep_within_is_seen_too(
    paging: str, page: int, gone: list[int], created: int, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    listed = listing(helpdesk, paging, total=False, tickets=313)
    listed.connect(tenant)
    once_at(listed, page, gone, created=created)
    ingest(tenant)
    assert listed.ids <= live(tenant)


@WAYS
@TOTALS
def test_nothing_that_is_there_is_deleted_though_it_slipped_past(
    paging: str, total: bool, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    listed = listing(helpdesk, paging, total=total)
    listed.connect(tenant)
    ingest(tenant)
    once_at(listed, 6, [1, 12, 23, 34], created=4)
    ingest(tenant)
    assert listed.ids <= live(tenant)
    ingest(tenant)
    assert live(tenant) == listed.ids


@WAYS
@TOTALS
def test_a_list_that_keeps_moving_is_not_a_complete_read_and_deletes_nothing(
    paging: str, total: bool, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    listed = listing(helpdesk, paging, total=total)
    listed.connect(tenant)
    ingest(tenant)
    kept = live(tenant)

    def move(number: int) -> None:
        if number in (4, 7):
            listed.swap([each["id"] for each in listed.tickets[:3]], created=3 if number == 4 else 2)

    listed.before = move
    outcome = ingest(tenant)
    assert kept <= live(tenant)
    if total:
        assert outcome.status == "partial"
    listed.before = lambda _number: None
    ingest(tenant, confirm_deletions=True)
    assert live(tenant) == listed.ids


@WAYS
def test_new_tickets_in_front_are_no_reason_to_read_twice(
    paging: str, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    listed = listing(helpdesk, paging, total=False, tickets=35)
    listed.connect(tenant)

    def add(number: int) -> None:
        if number == 4 and len(listed.tickets) == 35:
            listed.tickets = [record("T-900"), *listed.tickets]

    # Behind the last page: a ticket that is pushed on is still read.
    listed.before = add
    ingest(tenant)
    assert listed.asked <= 11
    ingest(tenant)
    assert live(tenant) == listed.ids


@WAYS
def test_a_page_of_new_tickets_in_front_is_not_taken_for_the_end(
    paging: str, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    listed = listing(helpdesk, paging, total=False)
    listed.connect(tenant)

    def add(number: int) -> None:
        if number == 3 and len(listed.tickets) == 95:
            listed.tickets = [record(f"T-{n}") for n in range(900, 910)] + listed.tickets

    listed.before = add
    ingest(tenant)
    assert {f"T-{n:03d}" for n in range(1, 96)} <= live(tenant)
    ingest(tenant)
    assert live(tenant) == listed.ids


@WAYS
@TOTALS
def test_a_list_that_begins_with_the_newest_is_read_whole_though_tickets_come_all_the_time(
    paging: str, total: bool, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    listed = listing(helpdesk, paging, total=total)
    listed.connect(tenant)
    ingest(tenant)
    listed.tickets = [each for each in listed.tickets if each["id"] != "T-050"]

    def create(_number: int) -> None:
        now = _text(clock.now() + timedelta(seconds=1))
        listed.tickets.insert(0, record(f"N-{listed.asked:03d}", created_at=now, updated_at=now))

    listed.before = create
    outcome = ingest(tenant)
    assert (outcome.status, outcome.warning) == ("completed", None)
    assert "T-050" not in live(tenant)
    assert {f"T-{n:03d}" for n in range(1, 96)} - live(tenant) == {"T-050"}


@pytest.mark.parametrize("lapsed", [(410, {}), (200, {"ok": False, "error": "invalid_cursor"})], ids=["410", "200"])
def test_a_long_list_whose_cursors_serve_once_is_read_to_its_end(
    lapsed: tuple[int, dict[str, Any]], tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    tickets = [record(f"T-{n:03d}") for n in range(1, 201)]
    used: set[str] = set()
    walks = 0

    def serve(_path: str, query: dict[str, str]) -> Answer:
        nonlocal walks
        cursor = query.get("cursor", "")
        walks += not cursor
        if cursor in used:
            return answer(lapsed[1], lapsed[0])
        used.update({cursor} - {""})
        start = int(cursor.split("-")[1]) if cursor else 0
        end = start + SIZE
        following = f"?cursor={walks}-{end}" if end < len(tickets) else None
        return answer({"items": tickets[start:end], "next": following})

    helpdesk.script = serve
    options: dict[str, Any] = {"path": "/items", "records": "items", "paging": "next", "next": "next"}
    options |= {"fields": {name: name for name in FIELDS}}
    Source.objects.create(tenant=tenant, kind="rest", url=helpdesk.url, page_size=SIZE, options=options)
    assert ingest(tenant).status == "completed"
    tickets = tickets[1:]
    assert ingest(tenant).status == "completed"
    assert live(tenant) == {each["id"] for each in tickets}


@WAYS
def test_a_list_that_fits_into_a_run_once_may_be_looked_at_twice(
    paging: str, tenant: Tenant, helpdesk: ScriptedHelpdesk, settings: Any
) -> None:
    listed = listing(helpdesk, paging, total=False)
    listed.connect(tenant)
    ingest(tenant)
    settings.RUN_MOST_PAGES = 12
    settings.RUN_MOST_TICKETS = 100
    listed.tickets = listed.tickets[:-1]
    assert ingest(tenant).status == "completed"
    assert live(tenant) == listed.ids


class TestChanges:
    """A helpdesk that can list what changed is read whole once a day only."""

    @WAYS
    @TOTALS
    def test_what_slipped_past_a_whole_read_is_not_missing_until_the_next_one(
        self, paging: str, total: bool, tenant: Tenant, helpdesk: ScriptedHelpdesk
    ) -> None:
        listed = listing(helpdesk, paging, total=total)
        listed.connect(tenant, since_param="since")
        once_at(listed, 6, [1, 2, 3, 14, 15, 16], created=6)
        ingest(tenant)
        ingest(tenant)
        assert listed.ids <= live(tenant)

    @WAYS
    def test_a_later_whole_read_lets_the_next_read_of_changes_overlap_with_it(
        self, paging: str, tenant: Tenant, helpdesk: ScriptedHelpdesk
    ) -> None:
        """What came since the last read of changes, and slipped past the whole one unseen, has changed since then."""
        listed = listing(helpdesk, paging, total=False)
        now = datetime.now(UTC)
        listed.connect(tenant, since_param="since")
        self._stamp(listed, slice(None), now - timedelta(hours=3))
        ingest(tenant)
        listed.tickets += [record(f"T-{n}", updated_at=_text(now - timedelta(hours=1))) for n in range(200, 215)]
        once_at(listed, 11, [20, 21, 22], created=0)  # on a page that no look at another one shows
        ingest(tenant, full=True)
        listed.before = lambda _number: None
        before = listed.asked
        ingest(tenant)
        assert "since" in helpdesk.requests[before][1]
        assert listed.ids <= live(tenant)

    @WAYS
    def test_a_filter_that_reads_the_time_in_another_zone_is_noticed(
        self, paging: str, tenant: Tenant, helpdesk: ScriptedHelpdesk
    ) -> None:
        listed = listing(helpdesk, paging, total=False)
        now = datetime.now(UTC)
        # Five hours west of Greenwich: what we name is five hours later to the helpdesk.
        serve = helpdesk.script
        assert serve is not None

        def shifted(path: str, query: dict[str, str]) -> Any:
            if since := query.get("since"):
                later = datetime.fromisoformat(since) + timedelta(hours=5)
                query = {**query, "since": _text(later)}
            return serve(path, query)

        helpdesk.script = shifted
        listed.connect(tenant, since_param="since")
        self._stamp(listed, slice(None), now - timedelta(hours=2))
        ingest(tenant)
        ingest(tenant)  # makes sure of the first, which had no total
        listed.tickets += [record(f"T-{n}", updated_at=_text(now - timedelta(hours=1))) for n in range(200, 203)]
        outcome = ingest(tenant)
        assert listed.ids <= live(tenant)
        assert (outcome.status, warned(outcome)) == ("partial", "since_filter")

    def test_a_deleted_newest_ticket_is_not_blamed_on_the_filter(
        self, tenant: Tenant, helpdesk: ScriptedHelpdesk
    ) -> None:
        listed = listing(helpdesk, "page", total=False, tickets=35)
        listed.connect(tenant, since_param="since")
        self._stamp(listed, slice(-1, None), datetime.now(UTC) - timedelta(hours=1))
        ingest(tenant)
        listed.tickets.pop()
        outcome = ingest(tenant)
        assert (outcome.status, outcome.progress.counts.deleted) == ("completed", 1)
        before = listed.asked
        assert ingest(tenant).status == "completed"
        assert "since" in helpdesk.requests[before][1] and listed.asked - before <= 6

    def test_quiet_reads_of_changes_stay_small(self, tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
        listed = listing(helpdesk, "page", total=True)
        listed.connect(tenant, since_param="since")
        self._stamp(listed, slice(-2, None), datetime.now(UTC) - timedelta(hours=1))
        ingest(tenant)
        before = listed.asked
        outcome = ingest(tenant)
        assert (outcome.status, outcome.progress.counts.unchanged) == ("completed", 2)
        assert listed.asked - before <= 2

    @staticmethod
    def _stamp(listed: ListedHelpdesk, which: slice, moment: datetime) -> None:
        for each in listed.tickets[which]:
            each["updated_at"] = _text(moment)


class TestAbsent:
    @WAYS
    def test_a_list_that_is_a_window_deletes_nothing(
        self, paging: str, tenant: Tenant, helpdesk: ScriptedHelpdesk
    ) -> None:
        listed = listing(helpdesk, paging, total=False, tickets=25)
        listed.connect(tenant, absent="unknown")
        ingest(tenant)
        listed.tickets = listed.tickets[2:]
        before = listed.asked
        outcome = ingest(tenant)
        assert (outcome.status, outcome.warning) == ("completed", None)
        assert len(live(tenant)) == 25
        assert listed.asked - before <= 5, "and is not read again for what left it"

    def test_a_parameter_that_narrows_the_list_makes_it_one(self, tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
        listed = listing(helpdesk, "page", total=False, tickets=25)
        listed.connect(tenant, params={"status": "open"})
        ingest(tenant)
        listed.tickets = listed.tickets[2:]
        ingest(tenant)
        assert len(live(tenant)) == 25


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


class TestFirstReadOfASilentList:
    """Without a total, tickets that slip between two pages that are looked at twice leave no sign."""

    @WAYS
    def test_what_slipped_without_a_sign_comes_in_with_the_next_run(
        self, paging: str, tenant: Tenant, helpdesk: ScriptedHelpdesk
    ) -> None:
        listed = listing(helpdesk, paging, total=False, tickets=995)
        listed.connect(tenant, since_param="since")
        once_at(listed, 53, [505], created=0)
        first = ingest(tenant)
        assert first.status == "completed"
        assert len(listed.ids - live(tenant)) == 1, "it left a sign, so this shows nothing"
        ingest(tenant)
        assert live(tenant) == listed.ids

    def test_the_runs_after_that_ask_only_for_changes(self, tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
        listed = listing(helpdesk, "page", total=False)
        listed.connect(tenant, since_param="since")
        for _ in range(2):
            before = listed.asked
            ingest(tenant)
            assert all("since" not in query for _path, query, *_rest in helpdesk.requests[before:])
        before = listed.asked
        ingest(tenant)
        assert all("since" in query for _path, query, *_rest in helpdesk.requests[before:])

    def test_a_list_with_a_total_is_read_once(self, tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
        listed = listing(helpdesk, "page", total=True)
        listed.connect(tenant, since_param="since")
        ingest(tenant)
        before = listed.asked
        ingest(tenant)
        assert all("since" in query for _path, query, *_rest in helpdesk.requests[before:])


def _slip_unseen(listed: ListedHelpdesk) -> None:
    """T-091 slips from the last of ten pages to the one that was read, and no page looked at again shows it."""
    once_at(listed, 10, [85], created=0)


@WAYS
@TOTALS
def test_what_slips_from_the_second_page_to_the_only_one_comes_in(
    paging: str, total: bool, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    listed = listing(helpdesk, paging, total=total, tickets=SIZE + 1)
    listed.connect(tenant, since_param="since")
    once_at(listed, 2, [5], created=0)
    ingest(tenant)
    ingest(tenant)
    assert listed.ids <= live(tenant)


class TestTotals:
    """Only a total that is right tells that a ticket left."""

    @WAYS
    @pytest.mark.parametrize(
        "total",
        [
            pytest.param(lambda _all, page: len(page), id="of the page"),
            pytest.param(lambda all_, _page: min(len(all_), 50), id="capped"),
            pytest.param(lambda _all, _page: 0, id="zero"),
            pytest.param(lambda _all, _page: 90, id="too low"),
            pytest.param(lambda _all, _page: 5000, id="too high"),
        ],
    )
    def test_what_slipped_past_a_wrong_one_comes_in_with_the_next_run(
        self, total: Any, paging: str, tenant: Tenant, helpdesk: ScriptedHelpdesk
    ) -> None:
        listed = listing(helpdesk, paging, total=True)
        listed.total = total
        listed.connect(tenant, since_param="since")
        _slip_unseen(listed)
        ingest(tenant)
        ingest(tenant)
        assert listed.ids <= live(tenant)


class TestEmptyAtFirst:
    """That there was nothing to read proves nothing about the tickets that come."""

    @WAYS
    def test_what_slips_past_the_first_read_that_finds_tickets_comes_in(
        self, paging: str, tenant: Tenant, helpdesk: ScriptedHelpdesk
    ) -> None:
        listed = listing(helpdesk, paging, total=False)
        listed.connect(tenant, since_param="since")
        tickets, listed.tickets = listed.tickets, []
        ingest(tenant)
        listed.tickets = tickets
        _slip_unseen(listed)
        ingest(tenant)
        assert listed.ids - live(tenant) == {"T-091"}, "it left a sign, so this shows nothing"
        ingest(tenant)
        assert live(tenant) == listed.ids

    @WAYS
    @TOTALS
    def test_what_slips_while_that_read_is_stopped_comes_in(
        self, paging: str, total: bool, tenant: Tenant, helpdesk: ScriptedHelpdesk
    ) -> None:
        listed = listing(helpdesk, paging, total=total)
        listed.connect(tenant, since_param="since")
        tickets, listed.tickets = listed.tickets, []
        ingest(tenant)
        listed.tickets = tickets
        _stop_before_page_6(listed, tenant)
        listed.swap([f"T-{n:03d}" for n in range(1, 16)], created=0)
        ingest(tenant)
        ingest(tenant)
        assert live(tenant) == listed.ids


class TestChangesThatSlip:
    """A read of changes that may have missed one without a sign is followed by one that begins no later."""

    @WAYS
    @TOTALS
    def test_between_two_pages(self, paging: str, total: bool, tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
        listed = self._changed(helpdesk, tenant, paging, total=total)
        _slip_unseen(listed)
        ingest(tenant)
        before = listed.asked
        ingest(tenant)
        assert "since" in helpdesk.requests[before][1]
        assert self._unchanged(listed, tenant) == set()

    def test_from_the_second_page_to_the_only_one(self, tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
        listed = self._changed(helpdesk, tenant, "page", total=False, tickets=SIZE + 1, newest=0)
        once_at(listed, 2, [5], created=0)
        ingest(tenant)
        ingest(tenant)
        assert self._unchanged(listed, tenant) == set()

    @WAYS
    @TOTALS
    def test_while_the_read_is_stopped(
        self, paging: str, total: bool, tenant: Tenant, helpdesk: ScriptedHelpdesk
    ) -> None:
        listed = self._changed(helpdesk, tenant, paging, total=total)
        _stop_before_page_6(listed, tenant)
        listed.swap([f"T-{n:03d}" for n in range(1, 16)], created=0)
        assert ingest(tenant).status == "completed"
        ingest(tenant)
        assert self._unchanged(listed, tenant) == set()

    @pytest.mark.parametrize(("total", "reads"), [(True, 1), (False, 2)], ids=["with a total", "without a total"])
    def test_many_changes_are_read_no_more_often_than_that(
        self, total: bool, reads: int, tenant: Tenant, helpdesk: ScriptedHelpdesk
    ) -> None:
        listed = self._changed(helpdesk, tenant, "page", total=total)
        pages = []
        for _ in range(4):
            before = listed.asked
            ingest(tenant)
            pages.append(listed.asked - before)
        assert [each for each in pages if each > 2] == [pages[0]] * reads

    def test_a_cursor_of_an_earlier_version_is_read_on_from(self, tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
        listed = self._changed(helpdesk, tenant, "page", total=False)
        cursor = datetime.now(UTC) - timedelta(hours=2)
        mongo.collection("sync_state").replace_one({"_id": tenant.slug}, {"cursor": cursor, "last_full_at": cursor})
        before = listed.asked
        ingest(tenant)
        assert helpdesk.requests[before][1]["since"] == _text(cursor - timedelta(minutes=5))
        assert self._unchanged(listed, tenant) == set()

    @staticmethod
    def _changed(
        helpdesk: ScriptedHelpdesk, tenant: Tenant, paging: str, *, total: bool, tickets: int = 95, newest: int = -1
    ) -> ListedHelpdesk:
        """All that was read changes; the newest ticket so late that the next read of changes does not bring the others."""
        listed = listing(helpdesk, paging, total=total, tickets=tickets)
        listed.connect(tenant, since_param="since")
        now = datetime.now(UTC)

        def change(*, others: datetime, last: datetime) -> None:
            TestChanges._stamp(listed, slice(None), others)
            listed.tickets[newest]["updated_at"] = _text(last)

        change(others=now - timedelta(hours=3), last=now - timedelta(hours=2, minutes=59))
        ingest(tenant)
        ingest(tenant)
        change(others=now - timedelta(hours=1), last=now - timedelta(minutes=1))
        for each in listed.tickets:
            each["subject"] = "Changed"
        return listed

    @staticmethod
    def _unchanged(listed: ListedHelpdesk, tenant: Tenant) -> set[str]:
        stored = TicketStore(tenant).find_ticket
        return {each for each in listed.ids if (ticket := stored(each)) is None or ticket["subject"] != "Changed"}


@WAYS
@TOTALS
def test_what_slips_past_both_looks_is_not_taken_for_gone(
    paging: str, total: bool, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    """As many leave as a page has, twice, so that the same tickets slip in both reads."""
    listed = listing(helpdesk, paging, total=total, tickets=195)
    listed.connect(tenant)
    ingest(tenant)
    moves = [(12, range(70, 80)), (11, range(80, 90))]

    def move(number: int) -> None:
        if moves and number == moves[0][0]:
            listed.swap([f"T-{n:03d}" for n in moves.pop(0)[1]], created=0)

    listed.before = move
    ingest(tenant)
    assert not moves
    assert listed.ids <= live(tenant)
    ingest(tenant)
    assert live(tenant) == listed.ids


def _stop_before_page_6(listed: ListedHelpdesk, tenant: Tenant) -> None:
    listed.instead = lambda number, _page: answer({"error": "down"}, 503) if number == 6 else None
    assert ingest(tenant).status == "failed"
    listed.instead = lambda _number, _page: None
