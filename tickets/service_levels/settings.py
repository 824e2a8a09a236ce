"""What a tenant's clocks run by, as it is set up now."""

from tenants.models import Tenant
from tickets.clocks.settings import ClockSettings
from tickets.service_levels.model import find_opening_hours
from tickets.service_levels.targets import as_targets, find_targets


def find_clock_settings(tenant: Tenant) -> ClockSettings:
    """In a transaction, as the transaction sees it."""
    hours = find_opening_hours(tenant)
    return ClockSettings(
        business_hours=None if hours is None else hours.as_business_hours(),
        targets=as_targets(find_targets(tenant), hours),
    )
