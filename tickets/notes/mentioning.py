"""Whom a note can mention: the members of its tenant, and nobody else."""

from typing import Final

from tenants.models import Membership, Tenant

MOST_NAMES: Final = 500


def find_names(tenant: Tenant) -> list[str]:
    """The user names of the tenant's members, in the order of the alphabet."""
    members = Membership.objects.filter(tenant=tenant, user__is_active=True).select_related("user")[:MOST_NAMES]
    return sorted((each.user.username for each in members), key=str.casefold)
