"""What every page of a tenant says of its numbers, the moment they stand for, and what its links carry to other pages."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tenants.access import find_named_tenants
from tickets.ingestion.sync_status import find_sync_status
from tickets.notes.mentions_of import count_new
from tickets.rollups.versions import find_numbers_version
from tickets.views.carried import Carried


def freshness(request: HttpRequest) -> dict[str, Any]:
    """Looked up only where a page shows it."""
    access = getattr(request, "tenant_access", None)
    if access is None:
        return {"freshness": None}
    return {
        "freshness": SimpleLazyObject(lambda: find_sync_status(access.tenant)),
        "numbers_version": SimpleLazyObject(lambda: find_numbers_version([access.tenant.slug])),
        "carried": Carried.of(dict(request.GET.lists())),
    }


def mentions(request: HttpRequest) -> dict[str, Any]:
    """How many notes mention the person and are new to them: a function, called only where a page shows it."""

    def count() -> int:
        if not request.user.is_authenticated:
            return 0
        mine = getattr(request, "my_tenants", None)
        tenants = find_named_tenants(request.user) if mine is None else mine
        return count_new(str(request.user.pk), [each.slug for each in tenants])

    return {"count_new_mentions": count}
