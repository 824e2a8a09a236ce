"""A server that answers anything at all: a read ends with tickets, or with a sentence that an admin can act on."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from supportsaas.reliability.rate_limiter import RateLimiter
from tenants.models import Tenant
from tests.builders import store_tickets
from tests.conftest import FakeClock
from tests.helpdesks.anything import AnythingServer, answers
from tests.listed import ingest, live
from tickets import jobs
from tickets.helpdesks import SourceError, TicketSource, open_source
from tickets.helpdesks.model import Source
from tickets.planning.reading import read_records

REST: Final[dict[str, Any]] = {
    "path": "/items",
    "records": "items",
    "total": "total",
    "fields": {
        "id": "id",
        "created_at": "at",
        "subject": "subject",
        "message": "text",
        "customer_id": "who",
        "status": "name",
        "tags": "to",
        "assignee": "@user.name",
    },
    "lookups": {"user": {"path": "/users", "records": "items", "by": "who", "next": "next"}},
    "conversation": {
        "path": "/items/{id}/messages",
        "records": "messages",
        "body": "text",
        "created_at": "at",
        "author": "who",
        "same_as": {"who": "who"},
        "days": 0,
    },
    "events": {"among_messages": True, "changes": "changes", "fields": {"status": "status"}, "new": "to"},
    "deleted": [{"path": "/deleted", "records": "items", "page_param": "page"}],
    "ticket_path": "/items/{id}",
}
KINDS: Final = {
    "page": ("rest", REST),
    "next": ("rest", {**REST, "paging": "next", "next": "next"}),
    "cursor": ("rest", {**REST, "paging": "cursor", "cursor": "cursor", "cursor_param": "after"}),
    "native": ("house", {}),
    "rt": ("rt", {}),
}
MOST_PAGES: Final = 30
QUICK: Final = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large)


@pytest.fixture(scope="module")
def server() -> Iterator[AnythingServer]:
    with AnythingServer() as started:
        yield started


def assert_is_a_sentence(text: str) -> None:
    assert text[0].isupper() and text.endswith((".", ".”")), text
    assert text.isprintable() and len(text) < 600, text
    assert "Traceback" not in text and "object at 0x" not in text, text


def read_everything(source: TicketSource) -> None:
    records = []
    for number, page in enumerate(source.pages()):
        read_records(page.records, tenant_id="acme")
        records += list(page.records)
        if number > MOST_PAGES:
            break
    read_records([source.with_messages(each) for each in records[:2]], tenant_id="acme")
    source.find_deleted_ids()
    if source.can_be_asked:
        source.exists("7")


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_a_helpdesk_answers_reading_it_ends_with_records_or_a_sentence(
    kind: str, server: AnythingServer, tenant: Tenant
) -> None:
    name, options = KINDS[kind]
    source = Source(tenant=tenant, kind=name, url=server.url, page_size=3, options=options)
    clock = FakeClock(datetime(2026, 3, 10, tzinfo=UTC))
    limiter = RateLimiter("anything", limit=0, clock=clock)

    @examples(max_examples=10, suppress_health_check=QUICK)
    @given(st.lists(answers(with_limits=True), min_size=1, max_size=5))
    def read(responses: list[bytes]) -> None:
        server.given[:] = responses
        with open_source(source, wait=lambda seconds, _: clock.sleep(seconds + 0.001), limiter=limiter) as opened:
            try:
                read_everything(opened)
            except SourceError as error:
                assert_is_a_sentence(str(error))

    read()


def test_whatever_a_helpdesk_answers_a_run_ends_with_a_sentence_and_earlier_tickets_stay(
    server: AnythingServer, tenant: Tenant, settings: Any
) -> None:
    settings.RATE_LIMIT_REQUESTS = 0
    settings.DELETION_BRAKE_TICKETS, settings.DELETION_BRAKE_PERCENT = 1, 1
    earlier = {f"E-{number}" for number in range(3)}
    store_tickets(tenant, [{"id": each} for each in sorted(earlier)])
    Source.objects.create(tenant=tenant, kind="rest", url=server.url, page_size=3, options=REST)

    @examples(max_examples=8, suppress_health_check=QUICK)
    @given(st.lists(answers(with_limits=False), min_size=1, max_size=5))
    def run(responses: list[bytes]) -> None:
        server.given[:] = responses
        outcome = ingest(tenant, full=True)
        assert jobs.find_active(tenant) is None
        assert earlier <= live(tenant)
        for problem in (outcome.error, outcome.warning):
            if problem is not None:
                assert problem["code"] != "internal", problem
                assert_is_a_sentence(problem["message"])

    run()
