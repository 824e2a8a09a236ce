"""Connecting, changing and disconnecting a tenant's helpdesk, with everything that has to follow at once.

Forms, commands and the admin save a `Source` here: its schedule holds from the moment it is saved, and the next
run reads everything where other settings read it differently. The workers repair within a minute what bypassed
this module, such as a bulk update (`schedule.follow_sources`).
"""

from django.db import IntegrityError

from tenants.models import Tenant
from tickets.helpdesks.mailbox.stored_mails import forget_mailbox, read_again
from tickets.helpdesks.model import Source
from tickets.ingestion.name_spaces import NameTaken, claim_for, find_sources, taken_sentence
from tickets.ingestion.schedule import follow_source, forget_schedule
from tickets.ingestion.sync_state import forget_state
from tickets.records.origin import Origin


def save_source(source: Source, *, is_read_differently: bool = False) -> Origin:
    """Save the source and have its schedule follow; the name space of its tickets.

    `is_read_differently`: what earlier runs read no longer counts, so the next run reads everything. Raises `NameTaken`
    if another connection got the name a moment ago.
    """
    former = Source.objects.filter(pk=source.pk).select_related("tenant").first() if source.pk else None
    try:
        source.save()
    except IntegrityError:
        raise NameTaken(taken_sentence(source.name)) from None
    origin = claim_for(source)
    if former is not None and former.key != source.key:
        forget_schedule(former.key)
        forget_state(former.key)
        forget_mailbox(former.key)
    follow_source(source)
    if is_read_differently:
        forget_state(source.key)
        read_again(source.key)
    return origin


def remove_source(source: Source) -> None:
    """Disconnect the helpdesk; its tickets stay, and connecting it again finds them."""
    claim_for(source)
    key = source.key
    source.delete()
    forget_schedule(key)
    forget_state(key)
    forget_mailbox(key)


class UnknownConnection(Exception):
    """No connection was meant, or several may have been; `str()` is a sentence that lists their names."""


def find_connection(tenant: Tenant, name: str = "", *, choose_with: str = "") -> Source:
    """The tenant's connection with that name, or without a name its only one. Raises `UnknownConnection`.

    `choose_with`: how a person gives the name, such as an option of a command.
    """
    sources = find_named(tenant)
    names = ", ".join(each.name for each in sources)
    if not sources:
        raise UnknownConnection(f"{tenant.slug} has no helpdesk connection. Add one with: manage.py source add …")
    if name:
        found = next((each for each in sources if each.name == name), None)
        if found is None:
            raise UnknownConnection(f"{tenant.slug} has no connection “{name}”. Its connections: {names}.")
        return found
    if len(sources) > 1:
        how = f" Choose one with {choose_with}." if choose_with else ""
        raise UnknownConnection(f"{tenant.slug} has {len(sources)} connections: {names}.{how}")
    return sources[0]


def find_named(tenant: Tenant) -> list[Source]:
    """The tenant's connections, the oldest first, each with its name: what bypassed this module gets one now."""
    sources = find_sources(tenant)
    for each in sources:
        if not each.name:
            claim_for(each)
    return sources


def follow_tenant(tenant: Tenant) -> None:
    """After a tenant has been switched on or off: its schedules follow."""
    for source in find_sources(tenant):
        follow_source(source)
