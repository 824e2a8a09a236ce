"""Works out the clocks of stored tickets again after the tenant's business hours or targets have changed.

Tickets that an earlier version stored without clocks get them in the same way.
"""

import threading
from functools import partial
from typing import Final

from supportsaas.db.model_transaction import in_transaction, open_session
from supportsaas.ops.periodic_tasks import periodic_task
from tenants.models import Tenant
from tickets.planning.planner import plan_recount
from tickets.planning.stored_walk import StoredWalk
from tickets.store.ticket_store import TicketStore

RECOUNT: Final = StoredWalk(name="clocks", collection="clock_recount", plan=plan_recount)


def request_recount(tenant: Tenant) -> None:
    """In the transaction that changes what clocks run by: have the clocks of all stored tickets worked out again."""
    RECOUNT.request(tenant, session=open_session())


@periodic_task("clocks", every_seconds=2.0, follows_runs=True)
def recount_waiting_tickets(stop: threading.Event) -> int:
    """Work out the clocks of all tickets that wait for it. Returns the number of pages."""
    return RECOUNT.walk_waiting(stop)


@periodic_task("clock-marks", every_seconds=300)
def request_missing_recounts(_stop: threading.Event) -> int:
    """Of tenants whose tickets may have been stored before there were clocks. Returns how many have tickets."""
    requested = 0
    for tenant in Tenant.objects.all():
        if RECOUNT.find_progress(tenant) is not None:
            continue
        if TicketStore(tenant).queries.has_any():
            in_transaction(partial(request_recount, tenant))
            requested += 1
        else:
            RECOUNT.mark_as_done(tenant)
    return requested
