"""A tenant's members: adding, changing and removing them, and keeping an admin."""

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from supportsaas.web.rejected import Rejected
from tenants import members
from tenants.models import Membership, Role, Tenant, User
from tests.conftest import PASSWORD

ClientOf = Callable[[User], Client]
MEMBERS = "/t/acme/settings/members/"


def role_of(user: User, tenant: Tenant) -> str | None:
    found = Membership.objects.filter(user=user, tenant=tenant).first()
    return found.role if found else None


@pytest.fixture
def admin(client_of: ClientOf, owner: User) -> Client:
    return client_of(owner)


def test_a_member_is_added_by_user_name(admin: Client, tenant: Tenant, stranger: User) -> None:
    answer = admin.post(f"{MEMBERS}add/", {"username": "stranger", "role": "manager"}, follow=True)
    assert "Added stranger to Acme as manager" in answer.content.decode()
    assert role_of(stranger, tenant) == "manager"


@pytest.mark.parametrize(
    ("form", "complaint"),
    [
        ({"username": "nobody", "role": "viewer"}, "No account has the user name “nobody” yet"),
        ({"username": "owner", "role": "viewer"}, "owner is already a member"),
        ({"username": "", "role": "viewer"}, "This field is required"),
        ({"username": "new person", "role": "viewer", "make": "1"}, "Enter a valid username"),
        ({"username": "stranger", "role": "viewer", "make": "1"}, "already exists"),
        ({"username": "stranger", "role": "king"}, "not one of the available choices"),
        ({"username[$ne]": "x", "role": "viewer"}, "This field is required"),
    ],
)
def test_a_member_who_cannot_be_added_is_an_error_at_the_field(
    admin: Client, stranger: User, form: dict[str, str], complaint: str
) -> None:
    before = Membership.objects.count(), User.objects.count()
    answer = admin.post(f"{MEMBERS}add/", form)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert complaint in html and 'aria-invalid="true"' in html
    assert (Membership.objects.count(), User.objects.count()) == before


def test_a_new_person_chooses_a_password_by_a_link_that_works_once(
    admin: Client, client: Client, tenant: Tenant
) -> None:
    html = admin.post(f"{MEMBERS}add/", {"username": "newcomer", "role": "viewer", "make": "1"}).content.decode()
    link = re.search(r"http://testserver(/welcome/\S+?/)<", html)
    assert link is not None
    user = User.objects.get(username="newcomer")
    assert not user.has_usable_password() and role_of(user, tenant) == "viewer"
    assert "Has not chosen a password yet" in admin.get(MEMBERS).content.decode()

    page = client.get(link[1], follow=True)
    assert link[1] not in page.request["PATH_INFO"]
    where = page.request["PATH_INFO"]
    weak = client.post(where, {"new_password1": "short", "new_password2": "short"}).content.decode()
    assert "too short" in weak
    assert client.post(where, {"new_password1": PASSWORD, "new_password2": PASSWORD})["Location"] == "/login/"
    assert client.login(username="newcomer", password=PASSWORD)
    assert "no longer valid" in Client().get(link[1], follow=True).content.decode()


def link_of(client: Client, slug: str, user: User) -> str:
    """The one-time link that the admin creates, or ""."""
    html = client.post(f"/t/{slug}/settings/members/{user.pk}/", {"do": "link"}, follow=True).content.decode()
    found = re.search(r"http://testserver(/welcome/\S+?/)<", html)
    assert found or "is not possible" in html or "not a member" in html
    return found[1] if found else ""


def make_newcomer(client: Client) -> User:
    client.post(f"{MEMBERS}add/", {"username": "newcomer", "role": "viewer", "make": "1"})
    made: User = User.objects.get(username="newcomer")
    return made


def test_the_tenant_that_made_an_account_may_make_links_until_it_is_used(
    admin: Client, client: Client, tenant: Tenant
) -> None:
    newcomer = make_newcomer(admin)
    members.remove_member(members.find_member(tenant, str(newcomer.pk)))
    members.add_member(tenant, username="newcomer", role=Role.VIEWER)
    link = link_of(admin, "acme", newcomer)
    assert link
    where = client.get(link, follow=True).request["PATH_INFO"]
    client.post(where, {"new_password1": PASSWORD, "new_password2": PASSWORD})
    User.objects.filter(pk=newcomer.pk).update(password="!made unusable again")
    assert not link_of(admin, "acme", newcomer)


def test_only_the_tenant_that_created_an_account_can_create_links_and_only_until_it_joins_another(
    admin: Client, client_of: ClientOf, tenant: Tenant, other_tenant: Tenant, stranger: User
) -> None:
    newcomer, other_admin = make_newcomer(admin), client_of(stranger)
    admin.post(f"{MEMBERS}{newcomer.pk}/", {"do": "remove"})
    members.add_member(other_tenant, username="newcomer", role=Role.VIEWER)
    assert not link_of(other_admin, "globex", newcomer)
    assert "Only a system administrator" in other_admin.get("/t/globex/settings/members/").content.decode()
    members.remove_member(members.find_member(other_tenant, str(newcomer.pk)))
    members.add_member(tenant, username="newcomer", role=Role.ADMIN)
    assert not link_of(admin, "acme", newcomer)


@pytest.mark.parametrize("maker", ["a superuser", "a deleted tenant", "an older version", "staff made of it"])
def test_no_tenant_can_create_a_link_for_another_tenants_account(
    admin: Client, tenant: Tenant, other_tenant: Tenant, maker: str
) -> None:
    user = User(username="carol")
    user.set_unusable_password()
    if maker == "a deleted tenant":
        user.link_tenant = other_tenant
    elif maker == "staff made of it":
        user.link_tenant, user.is_staff = tenant, True
    user.save()
    if maker == "a deleted tenant":
        other_tenant.delete()
        Tenant.objects.create(slug="globex2", name="Another")
    members.add_member(tenant, username="carol", role=Role.VIEWER)
    assert not link_of(admin, "acme", user)


@pytest.mark.parametrize("right", ["is_staff", "is_superuser"])
def test_a_link_opens_no_account_that_was_given_rights_since(
    admin: Client, client: Client, tenant: Tenant, right: str
) -> None:
    newcomer = make_newcomer(admin)
    link = link_of(admin, "acme", newcomer)
    User.objects.filter(pk=newcomer.pk).update(**{right: True})
    assert "no longer valid" in client.get(link, follow=True).content.decode()


def test_of_four_who_follow_a_link_at_the_same_moment_one_sets_the_password(
    admin: Client, tenant: Tenant, transactional_db: None
) -> None:
    html = admin.post(f"{MEMBERS}add/", {"username": "newcomer", "role": "viewer", "make": "1"}).content.decode()
    link = re.search(r"http://testserver(/welcome/\S+?/)<", html)
    assert link is not None
    clients = [Client() for _ in range(4)]
    pages = [client.get(link[1], follow=True).request["PATH_INFO"] for client in clients]
    start = threading.Barrier(4)

    def choose(number: int) -> int:
        password = f"{PASSWORD} {number}"
        start.wait(10)
        try:
            form = {"new_password1": password, "new_password2": password}
            return clients[number].post(pages[number], form).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(choose, range(4)))
    assert statuses.count(302) == 1, statuses
    winner = statuses.index(302)
    user = User.objects.get(username="newcomer")
    assert [user.check_password(f"{PASSWORD} {number}") for number in range(4)].index(True) == winner


def test_a_members_role_is_changed_and_a_member_removed(admin: Client, tenant: Tenant, team_mate: User) -> None:
    admin.post(f"{MEMBERS}{team_mate.pk}/", {"role": "manager"})
    assert role_of(team_mate, tenant) == "manager"
    admin.post(f"{MEMBERS}{team_mate.pk}/", {"role": "manager", "do": "remove"})
    assert role_of(team_mate, tenant) is None
    assert User.objects.filter(pk=team_mate.pk).exists()


@pytest.mark.parametrize("form", [{"role": "viewer"}, {"do": "remove"}])
def test_the_last_admin_cannot_leave(
    admin: Client, tenant: Tenant, owner: User, stranger: User, form: dict[str, str]
) -> None:
    Membership.objects.create(user=stranger, tenant=tenant, role=Role.ADMIN)
    User.objects.filter(pk=stranger.pk).update(is_active=False)
    answer = admin.post(f"{MEMBERS}{owner.pk}/", form, follow=True)
    assert "owner is the only admin of Acme" in answer.content.decode()
    assert role_of(owner, tenant) == "admin"


@pytest.mark.parametrize("change", [members.remove_member, lambda member: members.change_role(member, Role.VIEWER)])
def test_two_admins_who_remove_each_other_leave_one_admin(
    tenant: Tenant, owner: User, stranger: User, change: Callable[[members.Member], None], transactional_db: None
) -> None:
    Membership.objects.create(user=stranger, tenant=tenant, role=Role.ADMIN)
    both = [members.find_member(tenant, str(user.pk)) for user in (owner, stranger)]
    start = threading.Barrier(2)

    def turn_out(member: members.Member) -> str:
        try:
            start.wait(10)
            change(member)
        except Rejected as refusal:
            return str(refusal)
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(turn_out, both))
    assert answers.count("done") == 1, answers
    assert [role_of(user, tenant) for user in (owner, stranger)].count("admin") == 1


def test_an_admin_who_gives_up_the_role_lands_on_an_allowed_page(
    admin: Client, tenant: Tenant, owner: User, stranger: User
) -> None:
    Membership.objects.create(user=stranger, tenant=tenant, role=Role.ADMIN)
    assert admin.post(f"{MEMBERS}{owner.pk}/", {"role": "viewer"})["Location"] == "/"
    assert admin.get(MEMBERS).status_code == 403


@pytest.mark.parametrize("key", ["x", "0" * 24, "$ne"])
def test_a_user_who_is_not_a_member_cannot_be_changed(admin: Client, key: str) -> None:
    answer = admin.post(f"{MEMBERS}{key}/", {"role": "viewer"}, follow=True)
    assert "no longer a member" in answer.content.decode()


def test_members_of_other_tenants_cannot_be_changed(admin: Client, other_tenant: Tenant, stranger: User) -> None:
    for form in ({"role": "viewer"}, {"do": "remove"}, {"do": "link"}):
        admin.post(f"{MEMBERS}{stranger.pk}/", form)
    assert role_of(stranger, other_tenant) == "admin"
