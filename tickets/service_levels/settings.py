"""What a tenant's clocks run by, as it is set up now."""

from tenants.models import Tenant
from tickets.clocks.settings import ClockSettings
from tickets.service_levels.model import business_hours_of


def find_clock_settings(tenant: Tenant) -> ClockSettings:
    """In a transaction, as the transaction sees it."""
    return ClockSettings(business_hours=business_hours_of(tenant))
