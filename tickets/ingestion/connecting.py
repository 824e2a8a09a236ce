"""Connecting, changing and disconnecting a tenant's helpdesk, with everything that has to follow at once.

Forms, commands and the admin save a `Source` here: its schedule holds from the moment it is saved, and the next
run reads everything where other settings read it differently. The workers repair within a minute what bypassed
this module, such as a bulk update (`schedule.follow_sources`).
"""

from tenants.models import Tenant
from tickets.helpdesks.model import Source
from tickets.ingestion.name_spaces import claim_for
from tickets.ingestion.schedule import follow_source, forget_schedule
from tickets.ingestion.sync_state import forget_state
from tickets.records.origin import Origin


def save_source(source: Source, *, is_read_differently: bool = False) -> Origin:
    """Save the source and have its schedule follow; the name space of its tickets.

    `is_read_differently`: what earlier runs read no longer counts, so the next run reads everything.
    """
    former = Source.objects.filter(pk=source.pk).select_related("tenant").first() if source.pk else None
    source.save()
    if former is not None and former.tenant_id != source.tenant_id:
        forget_schedule(former.tenant.slug)
    follow_source(source)
    origin = claim_for(source)
    if is_read_differently:
        forget_state(source.tenant)
    return origin


def remove_source(source: Source) -> None:
    """Disconnect the helpdesk; its tickets stay, and connecting it again finds them."""
    tenant = source.tenant
    claim_for(source)
    source.delete()
    forget_schedule(tenant.slug)
    forget_state(tenant)


def follow_tenant(tenant: Tenant) -> None:
    """After a tenant has been switched on or off: its schedule follows."""
    source = Source.objects.filter(tenant=tenant).select_related("tenant").first()
    if source is not None:
        follow_source(source)
