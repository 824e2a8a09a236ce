"""Processes that erase are killed at places all over their work; erasing again finishes it, and nothing comes back."""

import threading
from datetime import timedelta

import pytest

from supportsaas import clock
from supportsaas.db import mongo
from tenants import deletion
from tenants.models import Tenant
from tests.builders import store_tickets
from tests.faults.comparing import assert_numbers_agree
from tests.faults.conftest import IS_LONG, OwnDatabase
from tests.faults.doomed import DoomedCommands
from tests.rolled_up import facet_differences
from tickets.erasure.retention import erase_past_retention
from tickets.erasure.tenants import erase_deleted_tenants
from tickets.store.ticket_store import TicketStore

JANE = "jane.doe@example.com"


def fill(tenant: Tenant) -> None:
    tickets = [{"id": f"T-{n}", "customer_id": JANE if n % 2 else "other", "message": "lawsuit"} for n in range(12)]
    store_tickets(tenant, tickets)


def everything(database: OwnDatabase) -> dict[str, list[mongo.Document]]:
    return {name: list(mongo.collection(name).find()) for name in mongo.database().list_collection_names()}


def start_over(before: dict[str, list[mongo.Document]]) -> None:
    for name in mongo.database().list_collection_names():
        mongo.collection(name).delete_many({})
        if before.get(name):
            mongo.collection(name).insert_many(before[name])


@pytest.mark.parametrize("what", ["tenant", "customer"])
def test_a_kill_between_any_two_database_commands_is_mended_by_erasing_again(
    what: str, database: OwnDatabase, acme: Tenant, doomed_process: DoomedCommands
) -> None:
    fill(acme)
    before = everything(database)
    arguments = (
        ["tenant", "delete", "acme", "--yes"] if what == "tenant" else ["customer", "erase", "acme", JANE, "--yes"]
    )
    whole = doomed_process.run(database.environment(), arguments)
    assert whole.status == 0 and whole.commands > 25
    for place in range(1, whole.commands + 1)[:: 1 if IS_LONG else 13]:
        start_over(before)
        assert doomed_process.run(database.environment(), arguments, die_at=place).was_killed
        database.pass_time()
        try:
            if what == "tenant":
                erase_deleted_tenants(threading.Event())  # as the workers do
                if Tenant.objects.filter(slug="acme").exists():  # it was killed before it had deleted anything
                    doomed_process.run(database.environment(), arguments)
                assert_gone()
            else:
                assert doomed_process.run(database.environment(), arguments).status == 0
                assert_erased(acme)
        except AssertionError as error:
            raise AssertionError(f"killed before database command {place} of {whole.commands}") from error


def test_a_kill_while_old_tickets_are_erased_leaves_exact_numbers_and_whole_tickets(
    database: OwnDatabase, acme: Tenant, doomed_process: DoomedCommands
) -> None:
    """Without a source to read, the command only does what follows a run."""
    created = {f"T-{n}": clock.now() - timedelta(days=10 if n % 2 else 50) for n in range(12)}
    store_tickets(acme, [{"id": id_, "created_at": moment.isoformat()} for id_, moment in created.items()])
    Tenant.objects.filter(pk=acme.pk).update(retention_days=30)
    before, arguments = everything(database), ["ingest", "--all"]
    young = {f"T-{n}" for n in range(1, 12, 2)}
    whole = doomed_process.run(database.environment(), arguments)
    assert tickets_with_history() == young
    states = set()
    for place in range(1, whole.commands + 1)[:: 1 if IS_LONG else 11]:
        start_over(before)
        assert doomed_process.run(database.environment(), arguments, die_at=place).was_killed
        database.pass_time()
        states.add(frozenset(tickets_with_history()))
        assert_numbers_agree(acme)
        assert facet_differences(acme) == {}
        erase_past_retention(threading.Event())
        assert tickets_with_history() == young, f"killed before database command {place} of {whole.commands}"
        assert_numbers_agree(acme)
    assert states == {frozenset(created), frozenset(young)}


def tickets_with_history() -> set[str]:
    ids = set(mongo.collection("tickets").distinct("external_id"))
    assert set(mongo.collection("ticket_history").distinct("external_id")) == ids
    return ids


def assert_gone() -> None:
    assert not deletion.find_deletions()
    left = {name: mongo.collection(name).count_documents({"$or": [{"tenant_id": "acme"}, {"_id": "acme"}]})
            for name in mongo.database().list_collection_names() if name != "locks"}  # fmt: skip
    assert not any(left.values()), left
    assert mongo.collection("audit_log").count_documents({"action": "erased", "name": "acme"}) == 1
    assert not Tenant.objects.filter(slug="acme").exists()


def assert_erased(tenant: Tenant) -> None:
    assert set(TicketStore(tenant).iterate_live_ids()) == {f"T-{n}" for n in range(0, 12, 2)}
    assert facet_differences(tenant) == {}
    assert_numbers_agree(tenant)
    texts = [str(each) for name in mongo.database().list_collection_names() for each in mongo.collection(name).find()]
    assert not [text for text in texts if JANE in text]
