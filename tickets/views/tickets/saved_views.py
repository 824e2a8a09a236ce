"""Saved views of the ticket list: members open them; managers save, rename, order and delete them."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from supportsaas.web.rejected import Rejected
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role
from tickets.store import saved_views
from tickets.store.filters import FilterError, TicketFilter
from tickets.store.list_columns import DEFAULT_LAYOUT, Layout, list_query
from tickets.store.saved_views import LONGEST_NAME, SavedView
from tickets.topics.store import TopicStore
from tickets.views.tickets.filter_bar import Chip, chips


@dataclass(frozen=True, slots=True)
class ViewLink:
    """A view above the list. Without `query`, it links to a page that says why it is invalid."""

    view: SavedView
    query: str
    is_active: bool
    chips: tuple[Chip, ...] = ()
    problem: str = ""


def view_links(
    access: TenantAccess, wanted: TicketFilter | None = None, layout: Layout = DEFAULT_LAYOUT
) -> list[ViewLink]:
    """The tenant's views. The one with the same filters and layout as the list is active."""
    active = list_query(wanted.query(), layout) if wanted else ""
    links = []
    for view in saved_views.find_views(access.tenant):
        try:
            query, of_view = view.list_query(), _chips_of(view.wanted(), view.layout(), access)
        except FilterError as error:
            links.append(ViewLink(view, "", False, problem=f"“{error.field}” {error.reason}."))
        else:
            links.append(ViewLink(view, query, query == active, of_view))
    return links


def _chips_of(wanted: TicketFilter, layout: Layout, access: TenantAccess) -> tuple[Chip, ...]:
    """The filters, and the columns and the order as two more."""
    titles = ", ".join(each.title for each in layout.columns)
    topics = TopicStore(access.tenant).find_names(wanted.topic)
    of_layout = (("Columns", titles), ("Order", layout.order.text if layout.order.name else ""))
    return (
        *chips(wanted, access.tenant.zone, topics=topics),
        *(Chip(title, value, "") for title, value in of_layout if value),
    )


@require_GET
@tenant_required(Role.MANAGER)
def show_views(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    return _list_page(request, access)


@require_http_methods(["GET", "POST"])
@tenant_required(Role.MANAGER)
def add_view(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """Save the filters of the address, which are those of the list, as a view."""
    name, error = request.POST.get("name", ""), ""
    given, layout = dict(request.GET.lists()), DEFAULT_LAYOUT
    try:
        wanted, layout = TicketFilter.parse(given, zone=access.tenant.zone), Layout.parse(given)
    except FilterError as problem:
        wanted, error = TicketFilter(), f"“{problem.field}” {problem.reason}."
    if request.method == "POST" and not error:
        try:
            view = saved_views.add_view(access.tenant, name=name, wanted=wanted, layout=layout)
        except Rejected as rejection:
            error = str(rejection)
        else:
            messages.success(request, f"Saved the view “{view}” for everyone in {access.tenant}.")
            return redirect(_list_address(access, view.query))
    context = {
        "name": name,
        "error": error,
        "longest": LONGEST_NAME,
        "chips": _chips_of(wanted, layout, access),
        "back": _list_address(access, list_query(wanted.query(), layout)),
    }
    return render(request, "tickets/view_form.html", context, status=422 if error else 200)


@require_GET
@tenant_required()
def open_view(request: TenantRequest, access: TenantAccess, view_id: str) -> HttpResponse:
    """Redirect to the list, or show a page that says why the view is no longer valid."""
    view = access.find_or_404(SavedView, view_id)
    try:
        return redirect(_list_address(access, view.list_query()))
    except FilterError as error:
        context = {"view": view, "problem": f"“{error.field}” {error.reason}."}
        return render(request, "tickets/view_invalid.html", context, status=409)


@require_POST
@tenant_required(Role.MANAGER)
def rename_view(request: TenantRequest, access: TenantAccess, view_id: str) -> HttpResponse:
    view, name = access.find_or_404(SavedView, view_id), request.POST.get("name", "")
    before = view.name
    try:
        saved_views.rename_view(view, name)
    except Rejected as error:
        return _list_page(request, access, rejected=view_id, typed=name, error=str(error))
    if view.name != before:
        messages.success(request, f"Renamed “{before}” to “{view.name}”.")
    return redirect("saved-views", access.tenant.slug)


@require_POST
@tenant_required(Role.MANAGER)
def move_view(request: TenantRequest, access: TenantAccess, view_id: str) -> HttpResponse:
    view, direction = access.find_or_404(SavedView, view_id), request.POST.get("to", "")
    if direction in ("up", "down"):
        saved_views.move_view(view, direction)  # type: ignore[arg-type]
    return redirect("saved-views", access.tenant.slug)


@require_POST
@tenant_required(Role.MANAGER)
def delete_view(request: TenantRequest, access: TenantAccess, view_id: str) -> HttpResponse:
    view = access.find_or_404(SavedView, view_id)
    try:
        saved_views.delete_view(view)
    except Rejected as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Deleted the view “{view}”.")
    return redirect("saved-views", access.tenant.slug)


def _list_address(access: TenantAccess, query: str) -> str:
    address = reverse("ticket-list", args=[access.tenant.slug])
    return f"{address}?{query}" if query else address


def _list_page(request: TenantRequest, access: TenantAccess, **more: Any) -> HttpResponse:
    """The views to edit. `rejected`, `typed` and `error` are for a new name that was rejected."""
    context = {"links": view_links(access), "longest": LONGEST_NAME, **more}
    return render(request, "tickets/saved_views.html", context, status=422 if more else 200)
