"""Erases what is kept about a customer, and keeps the background from working it out from an older snapshot."""

import threading
import time
from typing import Final

from supportsaas.db import mongo
from supportsaas.ops.process_name import process_name
from supportsaas.web.rejected import Rejected
from tenants.models import Tenant
from tickets.customers import watches
from tickets.customers.profile import key_of
from tickets.customers.refreshing import LONGEST_TURN, lock_of
from tickets.records.collection_names import CUSTOMERS
from tickets.rollups import changed_customers

_PAUSE: Final = 0.1


def forget_customer(tenant: Tenant, customer_id: str) -> None:
    """After the customer's tickets are erased. Waits for the worker's turn to end; raises `Rejected` if it does not."""
    until = time.monotonic() + 2 * LONGEST_TURN
    while not _forget(tenant, customer_id):
        if time.monotonic() > until:
            raise Rejected("The customers are being updated. Erase this customer once more in a minute.")
        time.sleep(_PAUSE)


def _forget(tenant: Tenant, customer_id: str) -> bool:
    with lock_of(tenant.slug).kept(f"{process_name()}:{threading.get_ident()}:erasure") as held:
        if held is None:
            return False
        mongo.collection(CUSTOMERS).delete_one({"_id": key_of(tenant.slug, customer_id), "tenant_id": tenant.slug})
        changed_customers.forget_customer(tenant.slug, customer_id)
        watches.forget_customer(tenant, customer_id)
    return True
