"""A process that reads a mailbox is killed: the next sync leaves no mail out and stores none twice."""

from datetime import UTC, datetime, timedelta

import pytest

from tenants.models import Tenant
from tests.faults.conftest import IS_LONG, OwnDatabase, run_here
from tests.faults.doomed import DoomedCommands
from tests.helpdesks.mailbox.dovecot import Dovecot, TestMailbox, connect, mail, why_missing
from tests.rolled_up import facet_differences
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.skipif(bool(why_missing()), reason=why_missing() or "-")

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
THREADS = 12


def test_a_sync_of_a_mailbox_can_be_killed_anywhere(
    database: OwnDatabase, acme: Tenant, doomed_process: DoomedCommands
) -> None:
    arguments = ["ingest", "--all", "--quiet"]
    with Dovecot() as server:
        mailbox = TestMailbox(server, "support@shop.example")
        sent = [
            mail(f"{n}@c", f"Text {n}", at=START + timedelta(hours=n), subject=f"Thread {n}") for n in range(THREADS)
        ]
        again = mail("r@c", "One more", at=START + timedelta(days=2), subject="Thread 7", answers=["7@c"])
        mailbox.deliver(*sent, again)

        def start_over() -> None:
            database.empty()
            acme.save(force_insert=True)
            source = connect(acme, mailbox)
            source.page_size = 5
            source.save()

        start_over()
        whole = doomed_process.run(database.environment(), arguments)
        assert whole.status == 0
        for place in range(1, whole.commands + 1)[:: 1 if IS_LONG else 29]:
            start_over()
            assert doomed_process.run(database.environment(), arguments, die_at=place).was_killed
            database.pass_time()
            assert run_here(acme).status == "completed", f"killed before database command {place} of {whole.commands}"
            store = TicketStore(acme)
            found = {id_: store.find_conversation(id_) for id_ in store.iterate_live_ids()}
            texts = sorted([each.text for each in one.messages] for one in found.values() if one)
            expected = [[f"Text {n}", *(["One more"] if n == 7 else [])] for n in range(THREADS)]
            assert texts == sorted(expected), f"killed before database command {place} of {whole.commands}"
            assert not facet_differences(acme)
