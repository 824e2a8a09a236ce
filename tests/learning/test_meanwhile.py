"""What happens while a training runs: its result counts only if nobody has decided otherwise since it began."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from supportsaas.db import mongo
from tenants.models import Tenant
from tests.learning.corrected import correct_shop, store_shop, train
from tickets.erasure.customers import erase_customer
from tickets.erasure.tenants import erase_deleted_tenants
from tickets.learning import training
from tickets.learning.store import STATES, VERSIONS, LearningStore
from tickets.rules import learning_changes, retraining

Change = Callable[[Tenant], object]


def delete(tenant: Tenant) -> None:
    Tenant.objects.get(slug=tenant.slug).delete()
    erase_deleted_tenants(threading.Event())


def switch_off(tenant: Tenant) -> None:
    learning_changes.switch_learning(tenant, is_on=False)


def veto(tenant: Tenant) -> None:
    learning_changes.veto_word(tenant, "rerouted", is_vetoed=True)


def erase(tenant: Tenant) -> None:
    erase_customer(tenant, "cust_3")


@pytest.fixture
def first_training(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> Callable[[Change], int]:
    """Trains the tenant for the first time, and makes a change after the process has learned and before that is stored."""
    store_shop(tenant)
    correct_shop(tenant)

    def train_while(change: Change) -> int:
        real = training.train

        def train_and_change(*given: Any, **named: Any) -> Any:
            found = real(*given, **named)
            change(tenant)
            return found

        with monkeypatch.context() as patch:
            patch.setattr(retraining, "train", train_and_change)
            return train(tenant)

    return train_while


@pytest.mark.parametrize("change", [switch_off, learning_changes.reset_learning, veto, erase])
def test_a_change_during_the_first_training_discards_it(
    tenant: Tenant, first_training: Callable[[Change], int], change: Change
) -> None:
    assert first_training(change) == 0
    assert LearningStore(tenant).find_state().current == 0
    assert mongo.collection(VERSIONS).count_documents({}) == 0


def test_what_is_left_after_an_erasure_teaches_at_once(tenant: Tenant, first_training: Callable[[Change], int]) -> None:
    first_training(erase)
    assert train(tenant) == 1
    learned, _ = LearningStore(tenant).find_in_use()
    assert learned is not None
    assert all("B-03" not in each.examples for each in learned.verdicts["sentiment"].terms)


def test_a_tenant_that_is_deleted_during_a_training_leaves_no_words(
    tenant: Tenant, first_training: Callable[[Change], int]
) -> None:
    """Else the next tenant with its id would get them."""
    assert first_training(delete) == 0
    assert mongo.collection(VERSIONS).count_documents({}) == 0
    assert mongo.collection(STATES).count_documents({}) == 0
