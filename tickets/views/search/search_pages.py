"""The page of a search over all tenants, and the answer to the command palette."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from supportsaas.formatting import format_count, format_customer, format_label
from supportsaas.web.page_paths import path_of
from tenants.access import SignedInRequest, TenantAccess, find_all_access, named_tenants, sign_in_required
from tenants.models import Tenant
from tickets.store.quick_search import MOST_EXAMINED
from tickets.views.search.all_tenants import SHORTEST_TEXT, Found, TenantHits, search_all, typed_text

TICKETS_OF_A_TENANT: Final = 5
CUSTOMERS_OF_A_TENANT: Final = 5
SECONDS: Final = 2.0
PALETTE_TICKETS, PALETTE_CUSTOMERS, PALETTE_VIEWS = 8, 5, 5
PALETTE_OF_A_TENANT: Final = 3
PALETTE_SECONDS: Final = 0.3

_PAGES: Final = (
    ("Dashboard", "dashboard"), ("Tickets", "ticket-list"), ("Due", "due"), ("Customers", "customer-list"),
    ("Incidents", "incidents"), ("Alerts", "alerts"), ("Alerts on numbers", "number-alerts"), ("Work", "work"),
    ("Response times", "response-times"), ("Topics", "topics"), ("Ingestion", "ingestion"),
    ("Rejected records", "quarantine"), ("Status mapping", "statuses"), ("Classification", "rules"),
    ("Accuracy", "accuracy"), ("Learning", "learning"), ("How numbers are counted", "counting"),
)  # fmt: skip
"""Pages of a tenant that every member may open, by what they are called."""


@require_GET
@sign_in_required
def show_search(request: SignedInRequest) -> HttpResponse:
    """Search all my tenants. The id of a single ticket opens it.

    `from` names the tenant that comes first, and whose pages are looked through, too.
    """
    text = typed_text(request.GET.get("q", ""))
    here = request.GET.get("from", "")
    accesses = _here_first(find_all_access(request.user), here)
    if accesses and accesses[0].tenant.slug == here:
        request.tenant_access = accesses[0]  # type: ignore[attr-defined]  # its pages stay in the navigation
    context: dict[str, Any] = {
        "text": text,
        "from": here,
        "is_short": 0 < len(text) < SHORTEST_TEXT,
    }
    request.my_tenants = named_tenants(accesses)  # type: ignore[attr-defined]  # as `tenant_required` does
    if len(text) >= SHORTEST_TEXT:
        found = search_all(
            accesses, text, tickets=TICKETS_OF_A_TENANT, customers=CUSTOMERS_OF_A_TENANT, seconds=SECONDS
        )
        if len(found.exact) == 1:
            tenant, ticket = found.exact[0]
            return redirect("ticket", tenant.slug, ticket["external_id"])
        context |= {
            "found": found,
            "count": len(accesses),
            "pages": list(_pages(request, accesses, text)),
            "list_query": urlencode({"q": text}),
            "most_tickets": TICKETS_OF_A_TENANT,
            "most_examined": MOST_EXAMINED,
        }
    return render(request, "search/search.html", context)


@require_GET
@sign_in_required
def find_for_palette(request: SignedInRequest) -> JsonResponse:
    """Tickets, customers and views for the command palette, as `{groups: [{name, entries: [{text, note, url}]}], note}`.

    A group with `is_exact` has the one ticket whose id was typed.
    """
    text = typed_text(request.GET.get("q", ""))
    if len(text) < SHORTEST_TEXT:
        return JsonResponse({"groups": [], "note": ""})
    accesses = _here_first(find_all_access(request.user), request.GET.get("from", ""))
    found = search_all(
        accesses, text, tickets=PALETTE_OF_A_TENANT, customers=PALETTE_OF_A_TENANT, seconds=PALETTE_SECONDS
    )
    everything = {
        "name": "Search",
        "entries": [_entry(f"Search all tenants for “{text}”", "", _search_path(request, text))],
    }
    groups: list[dict[str, Any]] = [
        {"name": "Ticket", "entries": [_ticket_entry(*each) for each in found.exact], "is_exact": True},
        {"name": "Tickets", "entries": list(_ticket_entries(found))[:PALETTE_TICKETS]},
        {"name": "Customers", "entries": list(_customer_entries(found.hits))[:PALETTE_CUSTOMERS]},
        {"name": "Views", "entries": list(_view_entries(found))[:PALETTE_VIEWS]},
        everything,
    ]
    return JsonResponse({"groups": [each for each in groups if each["entries"]], "note": _note(found)})


def _here_first(accesses: list[TenantAccess], slug: str) -> list[TenantAccess]:
    return sorted(accesses, key=lambda access: access.tenant.slug != slug)


def _pages(request: HttpRequest, accesses: list[TenantAccess], text: str) -> Iterator[tuple[str, str]]:
    """The title and address of pages of the tenant that one comes from."""
    here = [access.tenant for access in accesses if access.tenant.slug == request.GET.get("from")]
    for tenant in here:
        for title, name in _PAGES:
            if text.casefold() in title.casefold():
                yield f"{title} of {tenant.name}", path_of(name, tenant.slug)


def _entry(text: str, note: str, url: str) -> dict[str, str]:
    return {"text": text, "note": note, "url": url}


def _ticket_entry(tenant: Tenant, ticket: Mapping[str, Any]) -> dict[str, str]:
    subject = ticket["subject"][:120] or "(no subject)"
    note = " · ".join(filter(None, (tenant.name, format_customer(ticket), format_label(ticket["status"]))))
    return _entry(
        f"{ticket['external_id']} · {subject}", note, reverse("ticket", args=[tenant.slug, ticket["external_id"]])
    )


def _ticket_entries(found: Found) -> Iterator[dict[str, str]]:
    """Tickets of the tenant that one is in come first, the others by age."""
    for each in found.hits[:1]:
        yield from (_ticket_entry(each.tenant, ticket) for ticket in each.tickets)
    others = [(each.tenant, ticket) for each in found.hits[1:] for ticket in each.tickets]
    others.sort(key=lambda pair: pair[1]["created_at"], reverse=True)
    yield from (_ticket_entry(tenant, ticket) for tenant, ticket in others)


def _customer_entries(hits: Iterable[TenantHits]) -> Iterator[dict[str, str]]:
    for each in hits:
        for customer_id in each.customers:
            yield _entry(customer_id, each.tenant.name, reverse("customer", args=[each.tenant.slug, customer_id]))


def _view_entries(found: Found) -> Iterator[dict[str, str]]:
    for view in found.views:
        yield _entry(view.name, view.tenant.name, reverse("saved-view", args=[view.tenant.slug, view.pk]))


def _search_path(request: HttpRequest, text: str) -> str:
    given = {"q": text, "from": request.GET.get("from", "")}
    return f"{path_of('search')}?{urlencode({name: value for name, value in given.items() if value})}"


def _note(found: Found) -> str:
    if found.problem:
        return f"Your search {found.problem}."
    return f"{format_count(len(found.left_out), 'tenant')} took too long and were left out." if found.left_out else ""
