"""Changes of a tenant's business hours, which the clocks of its stored tickets follow. Pages and commands save only here."""

from supportsaas.db.model_transaction import in_transaction, serialize_on
from tenants.models import Tenant
from tickets.recount.walk import request_recount
from tickets.service_levels.model import OpeningHours, find_opening_hours


def save_opening_hours(tenant: Tenant, chosen: OpeningHours | None) -> bool:
    """Save valid hours in place of those that are stored; None removes them. Whether anything changed.

    The clocks of stored tickets follow. Of two people at the same time, the second wins.
    """

    def work() -> bool:
        serialize_on(tenant)
        stored = find_opening_hours(tenant)
        if chosen is None:
            if stored is None:
                return False
            stored.delete()
        else:
            if stored is not None and stored.equals(chosen):
                return False
            chosen.tenant = tenant
            chosen.pk, chosen._state.adding = (stored.pk, False) if stored else (None, True)
            chosen.save()
        request_recount(tenant)
        return True

    return in_transaction(work)


def follow_time_zone(tenant: Tenant) -> None:
    """In the transaction that changes the tenant's time zone: have the clocks of stored tickets follow, if they run by it."""
    hours = find_opening_hours(tenant)
    if hours is not None and not hours.timezone:
        request_recount(tenant)
