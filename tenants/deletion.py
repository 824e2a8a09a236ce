"""Deleting a tenant. Users lose access at once, and its data is then erased in the background.

Every deletion of a `Tenant` inserts an entry in `tenant_deletions` in the same transaction. While the entry exists, no
new tenant can have that id. Once all data is erased, including the tenant's audit log, the entry is deleted. One entry
in the system's audit log remains: which tenant was erased, and who deleted it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models.signals import post_delete

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.model_transaction import in_transaction
from supportsaas.db.mongo import connection
from supportsaas.db.tenant_data import OF_TENANTS, erase_some, has_data
from tenants.audit import audit_log

COLLECTION = "tenant_deletions"
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Deletion:
    """A tenant that is being erased, and who deleted it."""

    slug: str
    asked_by: str
    via: str


def connect() -> None:
    post_delete.connect(_begin, sender="tenants.Tenant", dispatch_uid="tenants.deletion")


def reject_used_slug(slug: str) -> None:
    """Raise `ValidationError` if data of a deleted tenant with this id still exists."""
    if mongo.collection(COLLECTION).find_one({"_id": slug}) is not None or has_data(slug):
        raise ValidationError(
            {
                "slug": f"Data of a deleted tenant “{slug}” still exists. It may be being erased. To finish, run: "
                f"manage.py tenant delete {slug}"
            }
        )


def begin(slug: str) -> None:
    """Request the erasure of all data with this tenant id, even if the tenant is deleted already. Safe to repeat."""
    actor, via, _ = audit_log.who()
    asked = {"asked_at": clock.now(), "asked_by": actor, "via": via}
    mongo.collection(COLLECTION).update_one(
        {"_id": slug},
        {"$setOnInsert": asked},
        upsert=True,
        session=connection.session,
    )


def find_deletions() -> list[Deletion]:
    """Deletions in progress, oldest first."""
    found = mongo.collection(COLLECTION).find().sort("asked_at", 1)
    return [Deletion(each["_id"], each["asked_by"], each["via"]) for each in found]


def find_deletion(slug: str) -> Deletion | None:
    return next((each for each in find_deletions() if each.slug == slug), None)


def erase_batches(slug: str) -> Iterator[int]:
    """Erase in batches and yield the size of each. Ends once a pass over all collections finds nothing.

    The caller may stop at any batch and start again. It holds the tenant's locks, so that nothing is written.
    """
    while True:
        is_clean = True
        for data in OF_TENANTS:
            while erased := erase_some(data, slug, limit=BATCH):
                is_clean = False
                yield erased
        if is_clean:
            return


def finish(deletion: Deletion) -> None:
    """All data is erased: free the id and record the erasure in the system's audit log."""

    def work() -> None:
        audit_log.append_entry(
            tenant_slug="",
            actor=deletion.asked_by,
            via=deletion.via,
            action="erased",
            kind="tenant",
            object_id=deletion.slug,
            name=deletion.slug,
        )
        mongo.collection(COLLECTION).delete_one(
            {"_id": deletion.slug},
            session=connection.session,
        )

    in_transaction(work)


def _begin(instance: Any, **_: Any) -> None:
    begin(instance.slug)
