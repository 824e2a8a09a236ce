"""A tenant's configuration changes, page by page."""

from dataclasses import dataclass

from bson import ObjectId
from bson.errors import InvalidId

from supportsaas.db import mongo
from supportsaas.db.paging import Cursor, CursorError, TimeOrder, page_of
from tenants.audit.audit_log import AuditEntry

PAGE_SIZE = 50


def _object_id(text: str) -> ObjectId:
    try:
        return ObjectId(text)
    except InvalidId:
        raise CursorError("This is not a cursor of this list.") from None


_ORDER = TimeOrder("recorded_at", "_id", key_of=_object_id)


@dataclass(frozen=True, slots=True)
class ChangePage:
    """One page of changes, newest first, and the cursor of the next one (None on the last)."""

    entries: list[AuditEntry]
    next_cursor: str | None


def find_changes(tenant_id: str, cursor: Cursor | None = None, *, size: int = PAGE_SIZE) -> ChangePage:
    """Raises `CursorError`."""
    collection = mongo.collection(AuditEntry._meta.db_table)
    page = page_of(collection, {"tenant_id": tenant_id}, _ORDER, cursor, size, fields={_ORDER.time: 1})
    found = {each.pk: each for each in AuditEntry.objects.filter(pk__in=[each["_id"] for each in page.documents])}
    return ChangePage([found[each["_id"]] for each in page.documents], page.next_cursor)
