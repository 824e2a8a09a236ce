"""What managers make of incidents: one that is none is dismissed, which can be undone. Both are in the audit log."""

from datetime import datetime
from typing import Final

from supportsaas.clock import iso_z
from supportsaas.db.model_transaction import in_transaction, open_session
from supportsaas.web.rejected import Rejected
from tenants.audit import audit_log
from tenants.models import Tenant
from tickets.incidents.store import Incident, IncidentStore

_GONE: Final = "This incident no longer exists."


def dismiss_incident(tenant: Tenant, number: int, *, by: str, now: datetime) -> Incident:
    """It is no incident: its phrases raise no other for 30 days. Twice changes nothing more. Returns it as it was."""
    return _save(tenant, number, dismissed_at=now, by=by)


def restore_incident(tenant: Tenant, number: int) -> Incident:
    """Undo the dismissal. Twice changes nothing more. Returns the incident as it was."""
    return _save(tenant, number, dismissed_at=None, by="")


def _save(tenant: Tenant, number: int, *, dismissed_at: datetime | None, by: str) -> Incident:
    def work() -> Incident:
        store = IncidentStore(tenant)
        found = store.find(number)
        if found is None:
            raise Rejected(_GONE)
        if (found.dismissed_at is None) == (dismissed_at is None):
            return found
        store.set_dismissed(number, dismissed_at, by, session=open_session())
        actor, via, address = audit_log.who()
        audit_log.append_entry(
            tenant_slug=tenant.slug,
            actor=actor,
            via=via,
            address=address,
            action="changed",
            kind="incident",
            object_id=str(number),
            name=f"incident {number}",  # not customers' words: entries are kept for ever
            changes={"dismissed_at": {"old": iso_z(found.dismissed_at) or "", "new": iso_z(dismissed_at) or ""}},
        )
        return found

    return in_transaction(work)
