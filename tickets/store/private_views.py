"""Private views: named filters of a tenant's ticket list that only the person sees who saved them."""

from typing import Final

from bson import ObjectId
from django.conf import settings
from django.db import IntegrityError, models

from supportsaas.db import mongo
from supportsaas.db.model_documents import from_document
from supportsaas.web.rejected import Rejected
from tenants.models import Tenant, User
from tickets.records.cleaning import clean_text
from tickets.store.filters import TicketFilter
from tickets.store.list_columns import DEFAULT_LAYOUT, Layout, list_query
from tickets.store.view_query import LONGEST_NAME, LONGEST_QUERY, ViewQuery

MAX_PRIVATE: Final = 30


class PrivateView(ViewQuery, models.Model):
    """One person's view of one tenant. It is not in the audit log, the admin or any alert: it concerns nobody else."""

    tenant_id: ObjectId
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="private_views")
    user_id: ObjectId
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="private_views")
    name = models.CharField(max_length=LONGEST_NAME)
    query = models.CharField(max_length=LONGEST_QUERY)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["tenant", "user", "name"], name="one_private_view_a_name")]

    def __str__(self) -> str:
        return self.name


def find_private_views(tenant: Tenant, user: User) -> list[PrivateView]:
    """The person's views of the tenant, the oldest first."""
    found = mongo.collection(PrivateView._meta.db_table).find({"tenant_id": tenant.pk, "user_id": user.pk})
    views = [from_document(PrivateView, each) for each in found.sort("_id", 1)]
    for view in views:
        view.tenant = tenant
    return views


def add_private_view(
    tenant: Tenant, user: User, *, name: str, wanted: TicketFilter, layout: Layout = DEFAULT_LAYOUT
) -> PrivateView:
    """Raises `Rejected`."""
    query = list_query(wanted.query(), layout)
    if len(query) > LONGEST_QUERY:
        raise Rejected("A view cannot have this many filters. Remove some.")
    if not query:
        raise Rejected("A view needs at least one filter, column or order.")
    if PrivateView.objects.filter(tenant=tenant, user=user).count() >= MAX_PRIVATE:
        raise Rejected(f"The limit of {MAX_PRIVATE} private views is reached. Delete one first.")
    view = PrivateView(tenant=tenant, user=user, name=_name(name), query=query)
    _save(view)
    return view


def rename_private_view(view: PrivateView, name: str) -> None:
    """Raises `Rejected`."""
    view.name = _name(name)
    _save(view)


def _name(name: str) -> str:
    cleaned = " ".join(clean_text(name).split())
    if not cleaned:
        raise Rejected("Enter a name.")
    if len(cleaned) > LONGEST_NAME:
        raise Rejected(f"A name has at most {LONGEST_NAME} characters.")
    return cleaned


def _save(view: PrivateView) -> None:
    try:
        view.save()
    except IntegrityError:
        raise Rejected(f"You already have a view named “{view.name}”. Choose another name.") from None
