"""The filters on optional fields above a ticket list, of those that the tenant's tickets have."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from supportsaas.db.parallel import start
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Tenant
from tickets.classification.language_names import language_name
from tickets.records.dimensions import DIMENSIONS, FILTERED_FIELDS, is_offered
from tickets.store.field_values import Counts, FieldValues
from tickets.store.filters import LONGEST_VALUE, FilterError, TicketFilter
from tickets.views.tickets.filter_bar import TITLES, Choice, ChoiceGroup, clock_groups, kept_folded


@dataclass(frozen=True, slots=True)
class TextFilter:
    """A field with too many values to list: one is typed or chosen at a time, and those that are chosen or left out
    stay."""

    name: str
    title: str
    chosen: tuple[str, ...]
    excluded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldFilters:
    groups: list[ChoiceGroup]
    texts: list[TextFilter]


def are_unfolded(wanted: TicketFilter, parameters: Mapping[str, str]) -> bool:
    """Whether a page shows them: one of them is set, or they were asked for. Otherwise nothing is counted for them."""
    return bool(kept_folded(wanted) or parameters.get("filters") == "all")


def begin_field_filters(tenant: Tenant, wanted: TicketFilter) -> Callable[[], FieldFilters]:
    """Begin to read what the filters offer. The function returned waits for it."""
    values = FieldValues(tenant)
    counts, present = start(lambda: values.count(wanted)), start(values.find_present)

    def finish() -> FieldFilters:
        return field_filters(wanted, counts=counts(), present=present())

    return finish


def field_filters(wanted: TicketFilter, *, counts: Mapping[str, Counts], present: Sequence[str]) -> FieldFilters:
    """A chosen value is always included, so that it can be removed."""
    chosen = wanted.field_values
    excluded: dict[str, tuple[str, ...]] = {name: getattr(wanted, f"{name}_not") for name in FILTERED_FIELDS}
    typed = [name for name in FILTERED_FIELDS if name not in DIMENSIONS and name != "topic"]
    shown = [name for name in typed if name in present or name in chosen or excluded[name]]
    return FieldFilters(
        groups=[
            _group(name, counts.get(name, {}), chosen.get(name, ()), excluded[name])
            for name in DIMENSIONS
            if is_offered(name, counts.get(name, {}), (*chosen.get(name, ()), *excluded[name]))
        ]
        + clock_groups(wanted),
        texts=[TextFilter(name, TITLES[name], chosen.get(name, ()), excluded[name]) for name in shown],
    )


def _group(name: str, counts: Counts, chosen: Sequence[str], excluded: Sequence[str]) -> ChoiceGroup:
    is_counted = None not in counts.values()
    values = dict.fromkeys((*counts, *chosen, *excluded))
    choices = [
        Choice(each, each, counts.get(each, 0) if is_counted else None, each in chosen, each in excluded)
        for each in values
    ]
    return ChoiceGroup(name, TITLES[name], choices, can_exclude=True)


@require_GET
@tenant_required()
def show_filters(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """What the menu of filters has, once it is opened, above the list with these filters; status 400 if one is invalid."""
    given = dict(request.GET.lists())
    try:
        wanted = TicketFilter.parse(given, zone=access.tenant.zone)
    except FilterError as error:
        return HttpResponse(f"{error.field} {error.reason}.", content_type="text/plain; charset=utf-8", status=400)
    fields = begin_field_filters(access.tenant, wanted)()
    return render(request, "tickets/_field_filters.jinja", {"access": access, "fields": fields}, using="jinja2")


@require_GET
@tenant_required()
def show_values(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """The options of a text filter: the first values of `field`, of those that begin with `beginning`."""
    name, beginning = request.GET.get("field", ""), request.GET.get("beginning", "")[:LONGEST_VALUE]
    known = name in FILTERED_FIELDS and "\0" not in beginning
    found = FieldValues(access.tenant).find_values(name, beginning=beginning) if known else []
    names = [(value, language_name(value) if name == "language" else "") for value in found]
    context: dict[str, Any] = {"values": names}
    return render(request, "tickets/_field_values.html", context, status=200 if known else 404)
