"""Access to a tenant and the menu of tenants: together in one query for pages, and apart for everything else."""

import pytest

from tenants.access import find_access, find_access_and_menu, find_named_tenants
from tenants.models import Membership, Role, Tenant, User


@pytest.mark.parametrize("slug", ["acme", "globex", "unknown", "$slug", "$$ROOT.slug"])
@pytest.mark.parametrize("name", ["team_mate", "manager", "owner", "stranger", "superuser"])
def test_a_page_finds_in_one_query_what_two_would_find(
    name: str, slug: str, tenant: Tenant, other_tenant: Tenant, request: pytest.FixtureRequest
) -> None:
    user: User = request.getfixturevalue(name)
    access, menu = find_access_and_menu(user, slug)
    assert access == find_access(user, slug)
    assert menu == find_named_tenants(user)
    assert sorted(each.slug for each in menu) == (["acme", "globex"] if name == "superuser" else _slugs(user))


def test_neither_inactive_tenants_nor_inactive_users_are_found(tenant: Tenant, team_mate: User) -> None:
    tenant.is_active = False
    tenant.save()
    assert find_access_and_menu(team_mate, tenant.slug) == (None, [])
    tenant.is_active = True
    tenant.save()
    team_mate.is_active = False
    assert find_access_and_menu(team_mate, tenant.slug) == (None, [])


def test_a_role_that_is_taken_away_is_gone_at_once(tenant: Tenant, manager: User) -> None:
    access, _ = find_access_and_menu(manager, tenant.slug)
    assert access is not None and access.role is Role.MANAGER
    Membership.objects.filter(user=manager).delete()
    assert find_access_and_menu(manager, tenant.slug) == (None, [])


def _slugs(user: User) -> list[str]:
    return [each.tenant.slug for each in Membership.objects.filter(user=user).select_related("tenant")]
