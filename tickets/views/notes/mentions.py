"""The page of the notes that mention the person, over all their tenants. Opening it makes them seen."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from tenants.access import SignedInRequest, find_all_access, named_tenants, sign_in_required
from tickets.notes.mentions_of import Mention, find_mentions, mark_seen

_PAGES = {"ticket": "ticket", "customer": "customer"}


@require_GET
@sign_in_required
def show_mentions(request: SignedInRequest) -> HttpResponse:
    mine = find_all_access(request.user)
    request.my_tenants = named_tenants(mine)  # type: ignore[attr-defined]  # as `tenant_required` does
    tenants = {each.tenant.slug: each.tenant for each in mine}
    found = find_mentions(request.user, list(tenants))
    if any(each.is_new for each in found):
        mark_seen(request.user, list(tenants))
    context: dict[str, Any] = {
        "mentions": [(each, tenants[each.tenant_id], _address(each)) for each in found],
    }
    return render(request, "notes/mentions.html", context)


def _address(mention: Mention) -> str:
    """The note on its page."""
    about = mention.note.about
    page = _PAGES.get(about.kind)
    path = reverse(page, args=[mention.tenant_id, about.key]) if page else reverse("moments", args=[mention.tenant_id])
    return f"{path}#note-{mention.note.id}"
