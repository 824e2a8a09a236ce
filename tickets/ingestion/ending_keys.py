"""Keys of helpdesk connections that have ended or end soon: who is reminded, and in which words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from supportsaas.formatting import format_day
from tenants.models import Tenant
from tickets.helpdesks.model import Source

KEY_ENDS_WITHIN: Final = (7, 30)
"""Days ahead of the end of a key at which people are reminded; once more when it has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingKey:
    """`name` is another one at each reminder."""

    tenant: Tenant
    name: str
    sentence: str


def find_ending_keys(tenants: Iterable[Tenant], *, now: datetime) -> Iterator[EndingKey]:
    """Those of connections that are on. A day is one in the tenant's time zone."""
    by_pk = {each.pk: each for each in tenants}
    last = (now + timedelta(days=max(KEY_ENDS_WITHIN) + 1)).date()
    ending = Source.objects.filter(enabled=True, expires_on__lte=last, tenant__in=by_pk).order_by("expires_on", "pk")
    for source in ending:
        tenant = by_pk[source.tenant_id]
        if source.expires_on is None:
            continue
        left = (source.expires_on - now.astimezone(tenant.zone).date()).days
        within = next((days for days in KEY_ENDS_WITHIN if left <= days), None)
        if within is None:
            continue
        has_ended = left < 0
        yield EndingKey(
            tenant=tenant,
            name=f"{source.title}, {'ended' if has_ended else f'{within} days'}",
            sentence=f"The key of the helpdesk “{source.title}” {'was valid until' if has_ended else 'is valid until'} "
            f"{format_day(source.expires_on)}. Create a new one in the helpdesk and enter it under Settings, Helpdesk, or "
            "new tickets no longer arrive.",
        )
