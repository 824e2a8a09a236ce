"""Transactions over Django models, and what they assume about the backend's connection."""

import pytest
from django.db import connections, transaction

from supportsaas.db import mongo
from supportsaas.db.model_transaction import (
    CONNECTION_ATTRIBUTES,
    SERIALIZATION_FIELD,
    in_transaction,
    serialize_on,
)
from supportsaas.db.mongo import connection
from tenants.models import Tenant


def test_a_new_connection_of_the_backend_has_every_attribute_that_transactions_set() -> None:
    attributes = vars(connections.create_connection("default"))
    assert set(CONNECTION_ATTRIBUTES) <= set(attributes)


@pytest.mark.usefixtures("db")
def test_the_backend_keeps_the_state_of_a_transaction_in_these_attributes() -> None:
    state = in_transaction(lambda: (connection.in_atomic_block_mongo, connection.session.in_transaction))
    assert state == (True, True)
    assert (connection.in_atomic_block_mongo, connection.session) == (False, None)


@pytest.mark.usefixtures("db")
def test_a_transaction_inside_djangos_atomic_is_rolled_back_as_a_whole(tenant: Tenant) -> None:
    def rename_and_fail() -> None:
        Tenant.objects.filter(pk=tenant.pk).update(name="Renamed")
        raise ValueError("afterwards")

    with pytest.raises(ValueError, match="afterwards"), transaction.atomic():
        in_transaction(rename_and_fail)
    tenant.refresh_from_db()
    assert tenant.name != "Renamed"


@pytest.mark.usefixtures("db")
def test_serialize_on_raises_a_counter_that_no_model_declares(tenant: Tenant) -> None:
    for _ in range(2):
        in_transaction(lambda: serialize_on(tenant))
    stored = mongo.collection(Tenant._meta.db_table).find_one({"_id": tenant.pk})
    assert stored is not None and stored[SERIALIZATION_FIELD] == 2
    assert SERIALIZATION_FIELD not in {field.column for field in Tenant._meta.concrete_fields}
