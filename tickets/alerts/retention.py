"""How long alerts are kept: as long as their newest ticket. MongoDB deletes them by an index on `expires_at`."""

from supportsaas.db import mongo
from supportsaas.reliability.outbox import COLLECTION as OUTBOX
from tenants.models import Tenant
from tickets.alerts.deliveries import COLLECTION as DELIVERIES

_CREATED = {OUTBOX: "$facts.created_at", DELIVERIES: "$tickets.created_at"}


def apply_retention(tenant: Tenant) -> None:
    """Apply the tenant's retention period, or its absence, to all stored alerts."""
    mine, days = {"tenant_id": tenant.slug}, tenant.retention_days
    for name, created in _CREATED.items():
        alerts = mongo.collection(name)
        if days is None:
            alerts.update_many({**mine, "expires_at": {"$exists": True}}, {"$unset": {"expires_at": ""}})
        else:
            expires_at = {"$dateAdd": {"startDate": {"$max": created}, "unit": "day", "amount": days}}
            alerts.update_many(mine, [{"$set": {"expires_at": expires_at}}])
