"""Two accounts of one product at the same server, told apart by their keys only: their tickets have the same ids."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from supportsaas.reliability.rate_limiter import find_states
from tenants.models import Tenant
from tests.helpdesks.vendors import find_vendors
from tests.helpdesks.vendors.connecting import serving
from tests.helpdesks.vendors.vendor import Vendor
from tests.listed import ingest
from tests.loopback_server import Answer, Arrived, LoopbackServer
from tickets.helpdesks import presets
from tickets.helpdesks.model import Source
from tickets.ingestion.connecting import remove_source, save_source
from tickets.ingestion.name_spaces import NameTaken, choose_name
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")

TICKETS = 4


class OneServer(LoopbackServer):
    """Leads each request to the account whose key it has."""

    def __init__(self, accounts: list[Vendor]) -> None:
        super().__init__()
        self.accounts = accounts
        self.asked = 0

    def respond(self, request: Arrived) -> Answer:
        self.asked += 1
        key = request.header.get("authorization", "")
        account = next(each for each in self.accounts if each.secret in key)
        status, headers, body = account.respond(request)
        return status, headers, body.replace(account.url.encode(), self.url.encode())  # links lead back here


@pytest.fixture(params=["front", "hubspot"])
def server(request: pytest.FixtureRequest) -> Iterator[OneServer]:
    kind = find_vendors()[request.param]
    with ExitStack() as stack:
        accounts = [stack.enter_context(serving(kind, tickets=TICKETS)) for _ in range(2)]
        for account, name in zip(accounts, ("first", "second"), strict=True):
            account.secret = f"key-of-the-{name}"
            for ticket in account.tickets.values():
                ticket.subject = f"{name} {ticket.id}"
        yield stack.enter_context(OneServer([*accounts]))


def connect(tenant: Tenant, server: OneServer, account: Vendor, name: str = "") -> Source:
    """As the wizard does."""
    defaults = presets.defaults_of(account.kind, account.options)
    source = Source(tenant=tenant, kind=account.kind, url=server.url, auth=defaults.auth, auth_name=defaults.auth_name)
    source.options = dict(account.options)
    source.set_secret(account.secret)
    choose_name(source, is_same=False, name=name)
    save_source(source)
    return source


def subjects(tenant: Tenant) -> dict[str, str]:
    store = TicketStore(tenant)
    return {id_: ticket["subject"] for id_ in store.iterate_live_ids() if (ticket := store.find_ticket(id_))}


def expected(account: Vendor, prefix: str = "") -> dict[str, str]:
    return {f"{prefix}{account.external_id(each)}": each.subject for each in account.live}


def test_their_tickets_are_kept_apart_and_their_requests_counted_together(
    tenant: Tenant, server: OneServer, settings: Any
) -> None:
    settings.RATE_LIMIT_REQUESTS = 1_000
    first, second = server.accounts
    connect(tenant, server, first)
    with pytest.raises(NameTaken, match="To read another account or another part of it, enter a name"):
        connect(tenant, server, second)
    connect(tenant, server, second, "second")
    assert ingest(tenant).status == "completed"
    assert subjects(tenant) == {**expected(first), **expected(second, "second:")}

    second.change(2, subject="second, changed")
    second.delete(3)
    first.change(4, subject="first, changed")
    assert ingest(tenant, full=True).status == "completed"
    assert subjects(tenant) == {**expected(first), **expected(second, "second:")}
    assert len(subjects(tenant)) == 2 * TICKETS - 1

    # The limit is that of the host, whichever account is asked.
    (of_host,) = [state for host, state in find_states().items() if host == server.url.removeprefix("http://")]
    assert of_host.current_requests == server.asked


def test_another_account_does_not_take_over_the_tickets_of_a_removed_one(tenant: Tenant, server: OneServer) -> None:
    first, second = server.accounts
    removed = connect(tenant, server, first)
    ingest(tenant)
    name = removed.name
    remove_source(removed)
    with pytest.raises(NameTaken, match="If this is the same account, enter"):
        connect(tenant, server, second)
    connect(tenant, server, second, "second")
    ingest(tenant)
    assert subjects(tenant) == {**expected(first), **expected(second, "second:")}

    first.change(2, subject="first, changed")
    again = connect(tenant, server, first, name)
    assert again.prefix == ""
    ingest(tenant)
    assert subjects(tenant) == {**expected(first), **expected(second, "second:")}
