"""Saved views of the ticket list: members open them and have their own; managers edit those of everyone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from supportsaas.web.rejected import Rejected
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role, User
from tickets.store import list_preferences, saved_views
from tickets.store.filters import FilterError, TicketFilter
from tickets.store.list_columns import DEFAULT_LAYOUT, Layout, list_query
from tickets.store.list_preferences import NO_VIEW
from tickets.store.private_views import PrivateView, add_private_view, find_private_views, rename_private_view
from tickets.store.saved_views import SavedView
from tickets.store.view_query import LONGEST_NAME
from tickets.topics.store import TopicStore
from tickets.views.tickets.filter_bar import Chip, chips


@dataclass(frozen=True, slots=True)
class ViewLink:
    """A view above the list. Without `query`, it links to a page that says why it is invalid."""

    view: SavedView | PrivateView
    query: str
    is_active: bool
    chips: tuple[Chip, ...] = ()
    problem: str = ""

    @property
    def is_private(self) -> bool:
        return isinstance(self.view, PrivateView)


def view_links(
    access: TenantAccess, user: User, wanted: TicketFilter | None = None, layout: Layout = DEFAULT_LAYOUT
) -> list[ViewLink]:
    """The tenant's views and the person's own. The one with the same filters and layout as the list is active."""
    active = list_query(wanted.query(), layout) if wanted else ""
    links = []
    own = find_private_views(access.tenant, user)
    views: list[SavedView | PrivateView] = [*saved_views.find_views(access.tenant), *own]
    for view in views:
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
@tenant_required()
def show_views(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    return _list_page(request, access)


@require_http_methods(["GET", "POST"])
@tenant_required()
def add_view(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """Save the filters of the address, which are those of the list, as a view: for oneself, or managers for everyone."""
    name, error = request.POST.get("name", ""), ""
    given, layout = dict(request.GET.lists()), DEFAULT_LAYOUT
    is_private = not access.can_run or request.POST.get("whose") == "mine"
    try:
        wanted, layout = TicketFilter.parse(given, zone=access.tenant.zone), Layout.parse(given)
    except FilterError as problem:
        wanted, error = TicketFilter(), f"“{problem.field}” {problem.reason}."
    if request.method == "POST" and not error:
        try:
            view: SavedView | PrivateView
            if is_private:
                view = add_private_view(access.tenant, request.user, name=name, wanted=wanted, layout=layout)
            else:
                view = saved_views.add_view(access.tenant, name=name, wanted=wanted, layout=layout)
        except Rejected as rejection:
            error = str(rejection)
        else:
            whom = "you" if is_private else f"everyone in {access.tenant}"
            messages.success(request, f"Saved the view “{view}” for {whom}.")
            return redirect(_list_address(access, view.query))
    context = {
        "name": name,
        "error": error,
        "longest": LONGEST_NAME,
        "is_private": is_private,
        "chips": _chips_of(wanted, layout, access),
        "back": _list_address(access, list_query(wanted.query(), layout)),
    }
    return render(request, "tickets/view_form.html", context, status=422 if error else 200)


@require_GET
@tenant_required()
def open_view(request: TenantRequest, access: TenantAccess, view_id: str) -> HttpResponse:
    """Redirect to the list, or show a page that says why the view is no longer valid."""
    view = _find(request, access, view_id)
    try:
        return redirect(_list_address(access, view.list_query()))
    except FilterError as error:
        context = {"view": view, "problem": f"“{error.field}” {error.reason}."}
        return render(request, "tickets/view_invalid.html", context, status=409)


@require_POST
@tenant_required()
def choose_default(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """The view with which the list opens: for oneself, or managers for the team. Without a view: all tickets."""
    key, for_team = request.POST.get("view", ""), request.POST.get("whose") == "team"
    if for_team and not access.can_run:
        raise PermissionDenied("Only managers choose what the list opens with for everyone.")
    view = _find(request, access, key) if key not in ("", NO_VIEW) else None
    if for_team:
        if isinstance(view, PrivateView):
            raise Http404("There is no such view.")
        saved_views.choose_team_default(access.tenant, view)
        messages.success(request, f"The list opens with {_named(view)} for everyone who has not chosen another view.")
    else:
        list_preferences.choose_default(access.tenant, request.user, str(view.pk) if view else key)
        what = "with the team’s default" if not key else f"with {_named(view)}"
        messages.success(request, f"The list now opens {what} for you.")
    return redirect("saved-views", access.tenant.slug)


def default_query(links: Sequence[ViewLink], chosen: str) -> str:
    """The query of the list when it is opened without one: the person's default, or else the team's; empty if there is
    none. `chosen`: the person's preference.
    """
    if chosen == NO_VIEW:
        return ""
    own = next((each for each in links if str(each.view.pk) == chosen), None)
    team = next((each for each in links if isinstance(each.view, SavedView) and each.view.is_default), None)
    found = own or team
    return found.query if found else ""


def _named(view: SavedView | PrivateView | None) -> str:
    return f"“{view}”" if view else "all tickets"


def _find(request: TenantRequest, access: TenantAccess, view_id: str) -> SavedView | PrivateView:
    """A view of the team, or one of the person's own. Raises `Http404`, also for those of other people."""
    try:
        return access.find_or_404(SavedView, view_id)
    except Http404:
        own = access.find_or_404(PrivateView, view_id)
        if own.user_id != request.user.pk:
            raise
        return own


def _find_to_edit(request: TenantRequest, access: TenantAccess, view_id: str) -> SavedView | PrivateView:
    view = _find(request, access, view_id)
    if isinstance(view, SavedView) and not access.can_run:
        raise PermissionDenied("Only managers edit the views of everyone.")
    return view


@require_POST
@tenant_required()
def rename_view(request: TenantRequest, access: TenantAccess, view_id: str) -> HttpResponse:
    view, name = _find_to_edit(request, access, view_id), request.POST.get("name", "")
    before = view.name
    try:
        if isinstance(view, PrivateView):
            rename_private_view(view, name)
        else:
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
@tenant_required()
def delete_view(request: TenantRequest, access: TenantAccess, view_id: str) -> HttpResponse:
    view = _find_to_edit(request, access, view_id)
    try:
        if isinstance(view, PrivateView):
            view.delete()
        else:
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
    links, preference = view_links(access, request.user), list_preferences.find_preference(access.tenant, request.user)
    context = {
        "links": links,
        "team_links": [each for each in links if not each.is_private],
        "own_links": [each for each in links if each.is_private],
        "my_default": preference.default_view,
        "team_default": next((str(each.view.pk) for each in links if getattr(each.view, "is_default", False)), ""),
        "longest": LONGEST_NAME,
        **more,
    }
    return render(request, "tickets/saved_views.html", context, status=422 if more else 200)
