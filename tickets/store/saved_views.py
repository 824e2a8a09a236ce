"""Saved views: named filters of a tenant's ticket list, kept by its managers for all its members.

What is stored is a filter that was understood, written down anew, and it is read as strictly as one from an
address. A filter that a later version does not know any more is an error with its name, never a wider list.
"""

from dataclasses import fields
from typing import Any, Literal
from urllib.parse import parse_qs

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models

from supportsaas.db import mongo
from supportsaas.db.model_documents import from_document
from supportsaas.db.model_transaction import in_transaction, serialize_on
from supportsaas.rejected import Rejected
from tenants.audit.audit_log import Audited
from tenants.models import Tenant
from tickets.records.normalize import clean_text
from tickets.store.filters import FilterError, TicketFilter

MOST_VIEWS = 30
LONGEST_NAME = 60
LONGEST_QUERY = 2_000
Direction = Literal["up", "down"]

_NAMES = {each.name for each in fields(TicketFilter)}


class SavedView(Audited):
    """A name and the filter behind it, as a query string that the list takes."""

    tenant_id: ObjectId
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=LONGEST_NAME)
    query = models.CharField("filter", max_length=LONGEST_QUERY)
    position = models.PositiveIntegerField(default=0, editable=False)

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
        """A new one goes to the end of the row."""
        if self._state.adding and not self.position:
            last = SavedView.objects.filter(tenant_id=self.tenant_id).order_by("-position").first()
            self.position = last.position + 1 if last else 1
        super().save(*args, **kwargs)

    def clean(self) -> None:
        self.name = " ".join(clean_text(self.name).split())
        if self.tenant_id is None:
            return  # the admin says so at its field
        present = [each for each in SavedView.objects.filter(tenant_id=self.tenant_id) if each.pk != self.pk]
        errors = {}
        if not self.name:
            errors["name"] = "Enter a name."
        if any(each.name.casefold() == self.name.casefold() for each in present):
            errors["name"] = _taken(self.name)
        if self._state.adding and len(present) >= MOST_VIEWS:
            errors["name"] = (
                f"There are {MOST_VIEWS} views already, and more do not fit above the list. Delete one first."
            )
        try:
            wanted = self.wanted()
        except FilterError as error:
            errors["query"] = f"“{error.field}” {error.reason}."
        else:
            self.query = wanted.query()
            if not self.query:
                errors["query"] = "Narrow the list first: a view is a set of filters."
        if errors:
            raise ValidationError(errors)

    def wanted(self) -> TicketFilter:
        """The filter; raises `FilterError` where it is none (any more)."""
        given = parse_qs(self.query, keep_blank_values=True)
        for name in given:
            if name not in _NAMES:
                raise FilterError(name[:40], "is no filter of the list any more")
        return TicketFilter.parse(given, zone=self.tenant.zone)


def find_views(tenant: Tenant) -> list[SavedView]:
    """The tenant's views in their order, as every list of tickets shows them."""
    found = mongo.collection(SavedView._meta.db_table).find({"tenant_id": tenant.pk})
    views = [from_document(SavedView, each) for each in found.sort([("position", 1), ("_id", 1)])]
    for view in views:
        view.tenant = tenant
    return views


def add_view(tenant: Tenant, *, name: str, wanted: TicketFilter) -> SavedView:
    """Save the filter under a name. Raises `Rejected`."""
    query = wanted.query()
    if len(query) > LONGEST_QUERY:
        raise Rejected("These filters are too many for one view. Take some off.")
    view = SavedView(tenant=tenant, name=name, query=query)
    _save(view)
    return view


def rename_view(view: SavedView, name: str) -> None:
    """Raises `Rejected`, also where a view that is not valid any more could not be saved."""
    view.name = name
    _save(view)


def move_view(view: SavedView, direction: Direction) -> None:
    """By one place, from where it stands at this moment."""

    def work() -> None:
        serialize_on(view.tenant)
        present = list(SavedView.objects.filter(tenant=view.tenant))
        place = next((place for place, each in enumerate(present) if each.pk == view.pk), None)
        if place is None:
            return
        target = place - 1 if direction == "up" else place + 1
        if not 0 <= target < len(present):
            return
        present.insert(target, present.pop(place))
        for position, each in enumerate(present, 1):
            if each.position != position:
                each.position = position
                each.save(update_fields=["position"])

    in_transaction(work)


def delete_view(view: SavedView) -> None:
    """Harmless where it is gone already."""
    for stored in SavedView.objects.filter(tenant=view.tenant, pk=view.pk):
        stored.delete()


def _save(view: SavedView) -> None:
    is_new, key = view._state.adding, view.pk

    def work() -> None:
        view._state.adding, view.pk = is_new, key  # as before an attempt that was refused
        serialize_on(view.tenant)  # two names that differ by case, or the last place, are no conflict to MongoDB
        if is_new:
            view.position = 0
            view.full_clean()
            view.save()
            return
        view.full_clean()
        if not SavedView.objects.filter(tenant=view.tenant, pk=view.pk).exists():
            raise Rejected("Somebody has deleted this view meanwhile. Nothing was saved.")
        view.save(update_fields=["name", "query"])

    try:
        in_transaction(work)
    except ValidationError as error:
        raise Rejected(" ".join(error.messages)) from None
    except IntegrityError:  # of two at the same moment, the other one was first
        raise Rejected(_taken(view.name)) from None


def _taken(name: str) -> str:
    return f"There is a view called “{name}” already. Choose another name, or delete that one first."
