"""What every page of a tenant says of its numbers: the moment they stand for."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tickets.ingestion.sync_status import find_sync_status


def freshness(request: HttpRequest) -> dict[str, Any]:
    """Looked up only where a page shows it."""
    access = getattr(request, "tenant_access", None)
    return {"freshness": SimpleLazyObject(lambda: find_sync_status(access.tenant)) if access else None}
