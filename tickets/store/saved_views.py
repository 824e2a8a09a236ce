"""Saved views: named filters of a tenant's ticket list, edited by its managers for all its members."""

import re
from collections.abc import Sequence
from typing import Any

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models

from supportsaas.db import mongo
from supportsaas.db.model_documents import from_document
from supportsaas.db.model_transaction import in_transaction, serialize_on
from supportsaas.db.ordered_rows import Direction, move_row
from supportsaas.web.rejected import Rejected
from tenants.audit.audit_log import Audited
from tenants.models import Tenant
from tickets.records.cleaning import clean_text
from tickets.store.filters import FilterError, TicketFilter
from tickets.store.list_columns import DEFAULT_LAYOUT, Layout, list_query
from tickets.store.view_query import LONGEST_NAME, LONGEST_QUERY, ViewQuery

MAX_VIEWS = 30


class SavedView(ViewQuery, Audited):
    """A name and its filter, columns and order, as a query string of the list."""

    tenant_id: ObjectId
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=LONGEST_NAME)
    query = models.CharField("filter", max_length=LONGEST_QUERY)
    position = models.PositiveIntegerField(default=0, editable=False)
    is_default = models.BooleanField("opens first", default=False)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="one_view_a_name")]
        indexes = [
            # The row of links above the list.
            models.Index(fields=["tenant", "position", "id"], name="views_of_tenant"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Append a new view."""
        if self._state.adding and not self.position:
            last = SavedView.objects.filter(tenant_id=self.tenant_id).order_by("-position").first()
            self.position = last.position + 1 if last else 1
        super().save(*args, **kwargs)

    def clean(self) -> None:
        self.name = " ".join(clean_text(self.name).split())
        if self.tenant_id is None:
            return  # the admin shows the error at the field
        present = [each for each in SavedView.objects.filter(tenant_id=self.tenant_id) if each.pk != self.pk]
        errors = {}
        if not self.name:
            errors["name"] = "Enter a name."
        if any(each.name.casefold() == self.name.casefold() for each in present):
            errors["name"] = _taken(self.name)
        if self._state.adding and len(present) >= MAX_VIEWS:
            errors["name"] = f"The limit of {MAX_VIEWS} views is reached. Delete a view first."
        try:
            self.query = self.list_query()
        except FilterError as error:
            errors["query"] = f"“{error.field}” {error.reason}."
        else:
            if not self.query:
                errors["query"] = "A view needs at least one filter, column or order."
        if errors:
            raise ValidationError(errors)


def find_views(tenant: Tenant) -> list[SavedView]:
    """The tenant's views in their order."""
    found = mongo.collection(SavedView._meta.db_table).find({"tenant_id": tenant.pk})
    views = [from_document(SavedView, each) for each in found.sort([("position", 1), ("_id", 1)])]
    for view in views:
        view.tenant = tenant
    return views


def find_views_by_name(tenants: Sequence[Tenant], part: str, *, limit: int) -> list[SavedView]:
    """Views of these tenants whose name contains `part`, by tenant and position."""
    by_key = {tenant.pk: tenant for tenant in tenants}
    match = {"tenant_id": {"$in": list(by_key)}, "name": {"$regex": re.escape(part), "$options": "i"}}
    found = mongo.collection(SavedView._meta.db_table).find(match)
    views = [
        from_document(SavedView, each)
        for each in found.sort([("tenant_id", 1), ("position", 1), ("_id", 1)]).limit(limit)
    ]
    for view in views:
        view.tenant = by_key[view.tenant_id]
    return views


def add_view(tenant: Tenant, *, name: str, wanted: TicketFilter, layout: Layout = DEFAULT_LAYOUT) -> SavedView:
    """Save the filter and layout under a name. Raises `Rejected`."""
    query = list_query(wanted.query(), layout)
    if len(query) > LONGEST_QUERY:
        raise Rejected("A view cannot have this many filters. Remove some.")
    view = SavedView(tenant=tenant, name=name, query=query)
    _save(view)
    return view


def rename_view(view: SavedView, name: str) -> None:
    """Raises `Rejected`, also if the view's filter is no longer valid."""
    view.name = name
    _save(view)


def move_view(view: SavedView, direction: Direction) -> None:
    """Move the view up or down by one."""
    move_row(view.tenant, view.pk, direction, find_rows=lambda: list(SavedView.objects.filter(tenant=view.tenant)))


def choose_team_default(tenant: Tenant, view: SavedView | None) -> None:
    """The view with which the list opens for everyone who has chosen no other; None: all tickets."""

    def work() -> None:
        serialize_on(tenant)
        for each in SavedView.objects.filter(tenant=tenant):
            is_default = view is not None and each.pk == view.pk
            if each.is_default != is_default:
                each.is_default = is_default
                each.save(update_fields=["is_default"])

    in_transaction(work)


def delete_view(view: SavedView) -> None:
    """Delete the view. Deleting twice does nothing more. Raises `Rejected` while an alert watches it."""
    try:
        for stored in SavedView.objects.filter(tenant=view.tenant, pk=view.pk):
            stored.delete()
    except models.RestrictedError:
        raise Rejected(f"An alert watches the view “{view.name}”. Delete the alert first.") from None


def _save(view: SavedView) -> None:
    is_new, key = view._state.adding, view.pk

    def work() -> None:
        view._state.adding, view.pk = is_new, key  # as they were before a transaction that is repeated
        serialize_on(
            view.tenant
        )  # MongoDB sees no conflict in two names that differ by case, or in two views for the last place
        if is_new:
            view.position = 0
            view.full_clean()
            view.save()
            return
        view.full_clean()
        if not SavedView.objects.filter(tenant=view.tenant, pk=view.pk).exists():
            raise Rejected("Someone else has deleted this view, so your changes were not saved.")
        view.save(update_fields=["name", "query"])

    try:
        in_transaction(work)
    except ValidationError as error:
        raise Rejected(" ".join(error.messages)) from None
    except IntegrityError:  # a concurrent transaction saved the name first
        raise Rejected(_taken(view.name)) from None


def _taken(name: str) -> str:
    return f"A view named “{name}” already exists. Choose another name."
