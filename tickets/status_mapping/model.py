"""A stored status mapping, and a tenant's map as ingestion uses it.

A mapping belongs to the tenant and not to a source, so it applies to tickets from any kind of helpdesk and from files.
"""

from typing import Any, ClassVar

from bson import ObjectId
from django.db import models

from tenants.audit.audit_log import Audited, AuditedQuerySet
from tenants.models import Tenant
from tickets.records.statuses import MAPPABLE_STATUSES, StatusMap, fold_status

LONGEST_STATUS = 100


class StatusMappingQuerySet(AuditedQuerySet):
    def update(self, **values: Any) -> int:
        raise TypeError("Changed in bulk, the stored tickets would not follow: use save_meanings.")

    def delete(self) -> Any:
        raise TypeError("Deleted in bulk, the stored tickets would not follow: use save_meanings.")

    delete.alters_data = True  # type: ignore[attr-defined]


class StatusMapping(Audited):
    """Tickets with the status `theirs`, however it is spelled, are stored with the status `ours`."""

    unaudited: ClassVar[frozenset[str]] = frozenset({"folded"})

    tenant_id: ObjectId
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="status_mappings")
    theirs = models.CharField("status in the helpdesk", max_length=LONGEST_STATUS)
    folded = models.CharField(max_length=3 * LONGEST_STATUS, editable=False)
    ours = models.CharField(
        "means", max_length=16, choices=[(each, each.replace("_", " ").capitalize()) for each in MAPPABLE_STATUSES]
    )

    objects: ClassVar[Any] = StatusMappingQuerySet.as_manager()

    class Meta:
        ordering = ["folded"]
        constraints = [models.UniqueConstraint(fields=["tenant", "folded"], name="one_meaning_a_status")]

    def __str__(self) -> str:
        return f"{self.theirs} = {self.ours}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded = fold_status(self.theirs)
        super().save(*args, **kwargs)


def find_mappings(tenant: Tenant) -> list[StatusMapping]:
    """Ordered by the helpdesk's status."""
    return list(StatusMapping.objects.filter(tenant=tenant))


def find_status_map(tenant: Tenant) -> StatusMap:
    return StatusMap({each.theirs: each.ours for each in find_mappings(tenant)})
