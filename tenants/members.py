"""Who belongs to a tenant: adding people, changing their role, taking them out.

A tenant keeps an active admin: the last one is neither taken out nor given a weaker role.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from supportsaas.db.model_transaction import in_transaction, serialize_on
from supportsaas.rejected import Rejected
from tenants.credentials.sessions import end_sessions
from tenants.models import Membership, Role, Tenant, User


class NoSuchPerson(Rejected):
    pass


@dataclass(frozen=True, slots=True)
class Member:
    membership: Membership
    is_waiting: bool
    """Has not chosen a password yet."""
    may_have_link: bool
    """Its tenant's admins may hand out a link: they made the account, and it never was anybody else's."""

    @property
    def user(self) -> User:
        return self.membership.user


def find_members(tenant: Tenant) -> list[Member]:
    """Everybody in the tenant, admins first, then by user name."""
    found = Membership.objects.filter(tenant=tenant).select_related("user")
    ordered = sorted(found, key=lambda each: (-Role(each.role).rank, each.user.username.casefold()))
    return [_member(each, tenant) for each in ordered]


def find_member(tenant: Tenant, user_id: str) -> Member:
    """Raises `NoSuchPerson`."""
    try:
        found = Membership.objects.filter(tenant=tenant, user=user_id).select_related("user").first()
    except (ValidationError, ValueError):
        found = None  # not even the form of an id
    if found is None:
        raise NoSuchPerson("That person is no longer a member. Nothing was changed.", field="member")
    return _member(found, tenant)


def add_member(tenant: Tenant, *, username: str, role: Role) -> Membership:
    """Give an existing person a role; raises `Rejected`, `NoSuchPerson` where there is none."""
    user = User.objects.filter(username=username).first()
    if user is None:
        raise NoSuchPerson(f"No account has the user name “{username}” yet.", field="username")
    return _join(tenant, user, role)


def create_account(tenant: Tenant, *, username: str, role: Role) -> Membership:
    """Make an account that nobody can log in to until its link was used (`password_link`)."""
    user = User(username=username, link_tenant=tenant)
    user.set_unusable_password()
    try:
        user.full_clean(exclude=["password"])
        user.save()
    except ValidationError as error:
        raise Rejected(" ".join(error.messages), field="username") from None
    return _join(tenant, user, role)


def change_role(member: Member, role: Role) -> None:
    """Raises `Rejected` for the last admin, `NoSuchPerson` for somebody taken out meanwhile."""

    def work() -> None:
        membership = _as_it_is_now(member)
        if role != Role.ADMIN:
            _keep_an_admin(membership)
        membership.role = role
        membership.save(update_fields=["role"])

    in_transaction(work)


def remove_member(member: Member) -> None:
    """Take them out of the tenant; the account, and what it is in elsewhere, stays. Raises as `change_role`."""

    def work() -> None:
        membership = _as_it_is_now(member)
        _keep_an_admin(membership)
        membership.delete()

    in_transaction(work)


class PasswordLinkTokens(PasswordResetTokenGenerator):
    """Django's, and void once the person has other rights in the admin: a link was made for what they were."""

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.is_staff}{user.is_superuser}"


password_link_tokens = PasswordLinkTokens()


def password_link(user: User) -> str:
    """The path of a page where they choose a password: works once, for `PASSWORD_RESET_TIMEOUT`."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("choose-password", args=[uid, password_link_tokens.make_token(user)])


def choose_password(user: User, password: str) -> bool:
    """Set the password of whoever followed a link, and log them out everywhere; False where it is another by now.

    Of several who follow a link at the same moment, one sets the password.
    """
    former = User.objects.filter(pk=user.pk, password=user.password)
    if not former.update(password=make_password(password), link_tenant=None):
        return False
    end_sessions(user)
    return True


def _join(tenant: Tenant, user: User, role: Role) -> Membership:
    if Membership.objects.filter(tenant=tenant, user=user).exists():
        raise Rejected(f"{user.username} is a member already: change the role in the list.", field="username")
    try:
        return Membership.objects.create(tenant=tenant, user=user, role=role)
    except IntegrityError:
        raise Rejected(f"{user.username} was added by somebody else just now.", field="username") from None


def _as_it_is_now(member: Member) -> Membership:
    """Read again, in the transaction that changes it: two admins who take the role from each other take turns."""
    serialize_on(member.membership.tenant)
    found: Membership | None = (
        Membership.objects.filter(pk=member.membership.pk).select_related("user", "tenant").first()
    )
    if found is None:
        raise NoSuchPerson("That person is no longer a member. Nothing was changed.", field="member")
    return found


def _keep_an_admin(membership: Membership) -> None:
    others = Membership.objects.filter(tenant=membership.tenant, role=Role.ADMIN).exclude(pk=membership.pk)
    if membership.role == Role.ADMIN and not any(each.user.is_active for each in others.select_related("user")):
        raise Rejected(
            f"{membership.user.username} is the only admin of {membership.tenant}. Make someone else an admin first.",
            field="role",
        )


def _member(membership: Membership, tenant: Tenant) -> Member:
    user = membership.user
    is_waiting = user.last_login is None and not user.has_usable_password()
    is_ours = user.link_tenant_id == tenant.pk and not (user.is_staff or user.is_superuser)
    return Member(membership, is_waiting, may_have_link=is_waiting and is_ours)
