"""Deleting a tenant: at once gone for everybody, then erased to the last document, however long that takes.

Whoever deletes a `Tenant`, by whatever way, leaves an entry in `tenant_deletions` in the same transaction. While
it is there no tenant can have that id; it goes, and with it the tenant's own log of changes, once nothing is left.
What stays is one entry in the log of the whole system: which tenant was erased, and who had deleted it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models.signals import post_delete

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.model_transaction import in_transaction
from supportsaas.db.tenant_data import OF_TENANTS, erase_some, has_data
from tenants.audit import audit_log

COLLECTION = "tenant_deletions"
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Deletion:
    """A tenant that is being erased, and who asked for it."""

    slug: str
    asked_by: str
    via: str


def connect() -> None:
    post_delete.connect(_begin, sender="tenants.Tenant", dispatch_uid="tenants.deletion")


def reject_used_slug(slug: str) -> None:
    """Raise `ValidationError` where a tenant of this id was there before and its data is not erased yet."""
    if mongo.collection(COLLECTION).find_one({"_id": slug}) is not None or has_data(slug):
        raise ValidationError(
            {
                "slug": f"There is still data of an earlier tenant “{slug}”. Its erasure may be under way; "
                f"manage.py tenant delete {slug} finishes it."
            }
        )


def begin(slug: str) -> None:
    """Have everything under this id erased, also where no tenant has it any more. Doing it again changes nothing."""
    actor, via, _ = audit_log.who()
    asked = {"asked_at": clock.now(), "asked_by": actor, "via": via}
    mongo.collection(COLLECTION).update_one(
        {"_id": slug},
        {"$setOnInsert": asked},
        upsert=True,
        session=connection.session,  # type: ignore[attr-defined]
    )


def find_deletions() -> list[Deletion]:
    """Those that are under way, the oldest first."""
    found = mongo.collection(COLLECTION).find().sort("asked_at", 1)
    return [Deletion(each["_id"], each["asked_by"], each["via"]) for each in found]


def find_deletion(slug: str) -> Deletion | None:
    return next((each for each in find_deletions() if each.slug == slug), None)


def erase_batches(slug: str) -> Iterator[int]:
    """Erase batch by batch; how many documents each held. Ends once a look at everything finds nothing.

    It may end anywhere and be begun again. Whoever calls it keeps the tenant's locks, so nobody writes meanwhile.
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
    """Everything is erased: the id is free again, and the log of the whole system says so."""

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
            session=connection.session,  # type: ignore[attr-defined]
        )

    in_transaction(work)


def _begin(instance: Any, **_: Any) -> None:
    begin(instance.slug)
