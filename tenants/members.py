"""The members of a tenant: adding users, changing their roles, and removing them.

A tenant always keeps an active admin: the last one can be neither removed nor given a lower role.
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
from supportsaas.web.rejected import Rejected
from tenants.credentials.sessions import end_sessions
from tenants.models import Membership, Role, Tenant, User


class NoSuchPerson(Rejected):
    pass


@dataclass(frozen=True, slots=True)
class Member:
    membership: Membership
    is_waiting: bool
    """Whether the user has not chosen a password yet."""
    may_have_link: bool
    """Whether admins of the tenant may create a password link: they created the account, and no other tenant ever had it."""

    @property
    def user(self) -> User:
        return self.membership.user


def find_members(tenant: Tenant) -> list[Member]:
    """All members, admins first, then by user name."""
    found = Membership.objects.filter(tenant=tenant).select_related("user")
    ordered = sorted(found, key=lambda each: (-Role(each.role).rank, each.user.username.casefold()))
    return [_member(each, tenant) for each in ordered]


def find_member(tenant: Tenant, user_id: str) -> Member:
    """Raises `NoSuchPerson`."""
    try:
        found = Membership.objects.filter(tenant=tenant, user=user_id).select_related("user").first()
    except (ValidationError, ValueError):
        found = None  # not a valid id
    if found is None:
        raise NoSuchPerson("That person is no longer a member. Nothing was changed.", field="member")
    return _member(found, tenant)


def add_member(tenant: Tenant, *, username: str, role: Role) -> Membership:
    """Give an existing user a role. Raises `Rejected`, or `NoSuchPerson` if there is no such user."""
    user = User.objects.filter(username=username).first()
    if user is None:
        raise NoSuchPerson(f"No account has the user name “{username}” yet.", field="username")
    return _join(tenant, user, role)


def create_account(tenant: Tenant, *, username: str, role: Role) -> Membership:
    """Create an account without a password. Nobody can sign in to it before using its `password_link`."""
    user = User(username=username, link_tenant=tenant)
    user.set_unusable_password()
    try:
        user.full_clean(exclude=["password"])
        user.save()
    except ValidationError as error:
        raise Rejected(" ".join(error.messages), field="username") from None
    return _join(tenant, user, role)


def change_role(member: Member, role: Role) -> None:
    """Raises `Rejected` for the last admin, `NoSuchPerson` if the member was removed in the meantime."""

    def work() -> None:
        membership = _reload(member)
        if role != Role.ADMIN:
            _keep_an_admin(membership)
        membership.role = role
        membership.save(update_fields=["role"])

    in_transaction(work)


def remove_member(member: Member) -> None:
    """Remove the member from the tenant. The account and its other memberships stay. Raises like `change_role`."""

    def work() -> None:
        membership = _reload(member)
        _keep_an_admin(membership)
        membership.delete()

    in_transaction(work)


class PasswordLinkTokens(PasswordResetTokenGenerator):
    """Django's tokens, which here also become invalid if the user's admin rights change."""

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.is_staff}{user.is_superuser}"


password_link_tokens = PasswordLinkTokens()


def password_link(user: User) -> str:
    """The path of a page to choose a password. Valid once, for `PASSWORD_RESET_TIMEOUT`."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("choose-password", args=[uid, password_link_tokens.make_token(user)])


def choose_password(user: User, password: str) -> bool:
    """Set the password of a user who followed a link, and end all their sessions. False if it changed in the meantime.

    If several people use the link at the same time, one of them sets the password.
    """
    former = User.objects.filter(pk=user.pk, password=user.password)
    if not former.update(password=make_password(password), link_tenant=None):
        return False
    end_sessions(user)
    return True


def _join(tenant: Tenant, user: User, role: Role) -> Membership:
    if Membership.objects.filter(tenant=tenant, user=user).exists():
        raise Rejected(f"{user.username} is already a member. Change the role in the list.", field="username")
    try:
        return Membership.objects.create(tenant=tenant, user=user, role=role)
    except IntegrityError:
        raise Rejected(f"{user.username} was just added by someone else.", field="username") from None


def _reload(member: Member) -> Membership:
    """The membership as stored now. Serializes changes, so that two admins cannot demote each other at the same time."""
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
