"""What a person prefers in a tenant's ticket list: columns, and the view it opens with. A tenant has a default view, too."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlencode

from bson import ObjectId
from django.conf import settings
from django.db import models

from supportsaas.db.model_documents import find_one
from tenants.models import Tenant, User
from tickets.store.filters import FilterError
from tickets.store.list_columns import PARAMETER, Column, parse_columns

NO_VIEW: Final = "all"
"""As a person's default: all tickets, whatever the team's default is."""


class ListPreference(models.Model):
    """One person's preferences in one tenant. `default_view`: the id of a view, `NO_VIEW`, or empty for the team's."""

    tenant_id: ObjectId
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    user_id: ObjectId
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    columns = models.CharField(max_length=1_000, blank=True)
    default_view = models.CharField(max_length=24, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "user"], name="list_preference_of_person")]

    def __str__(self) -> str:
        return f"{self.tenant_id} {self.user_id}"


@dataclass(frozen=True, slots=True)
class Preference:
    columns: tuple[Column, ...] = ()
    default_view: str = ""


def find_preference(tenant: Tenant, user: User) -> Preference:
    """Columns that a later version no longer has are left out, all of them."""
    stored = find_one(ListPreference, {"tenant_id": tenant.pk, "user_id": user.pk})
    if stored is None:
        return Preference()
    try:
        columns = parse_columns(parse_qs(stored.columns))
    except FilterError:
        columns = ()
    return Preference(columns, stored.default_view)


def remember_columns(tenant: Tenant, user: User, columns: Sequence[Column]) -> None:
    text = urlencode([(PARAMETER, each.name) for each in columns])
    ListPreference.objects.update_or_create(tenant=tenant, user=user, defaults={"columns": text})


def choose_default(tenant: Tenant, user: User, view: str) -> None:
    """`view`: the id of one, `NO_VIEW`, or empty for the team's default."""
    ListPreference.objects.update_or_create(tenant=tenant, user=user, defaults={"default_view": view})
