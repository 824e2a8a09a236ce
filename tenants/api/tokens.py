"""API tokens that users create for programs: creating, listing and revoking them.

A token acts as the user who created it. It expires after 90 days, unless the user chooses another lifetime.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db.models import Q, TextChoices

from supportsaas import clock
from supportsaas.web.rejected import Rejected
from tenants.access import find_access
from tenants.models import ApiToken, Membership, Role, Tenant, User

MOST_LIVE = 50
LONGEST_DAYS = 3650
USUAL_DAYS = 90


class Scope(TextChoices):
    """What a program may do, as users choose it. Stored as a role."""

    READ = "read", "Read"
    RUN = "run", "Read, run and cancel ingestion"

    @property
    def role(self) -> Role:
        return Role.MANAGER if self is Scope.RUN else Role.VIEWER

    @classmethod
    def of(cls, role: Role) -> "Scope":
        return cls.RUN if role.allows(Role.MANAGER) else cls.READ


class Lifetime(TextChoices):
    MONTH = "30", "30 days"
    QUARTER = "90", "90 days"
    YEAR = "365", "1 year"
    NEVER = "never", "Never expires"

    @property
    def days(self) -> int | None:
        return None if self is Lifetime.NEVER else int(self.value)


@dataclass(frozen=True, slots=True)
class ListedToken:
    """A token and what it can currently do."""

    token: ApiToken
    scope: Scope
    state: str
    """usable, expired, revoked, or powerless: its user has lost the necessary access."""
    remark: str
    """Why the token can do less than its scope says, or ""."""

    @property
    def is_live(self) -> bool:
        return self.state in ("usable", "powerless")


def create_token(
    *, user: User, tenant: Tenant | None, name: str, scope: Scope, days: int | None, limit: int | None = None
) -> tuple[ApiToken, str]:
    """A new token that acts as `user`, and its text, which is not stored. Raises `Rejected`."""
    live = ApiToken.objects.filter(_live(), user=user)
    if live.filter(tenant=tenant, name=name).exists():
        raise Rejected(
            "You already have a token with this name. Choose another name, or revoke that token.", field="name"
        )
    if live.count() >= MOST_LIVE:
        raise Rejected(f"You have {MOST_LIVE} tokens, which is the limit. Revoke one you no longer use.", field="name")
    if tenant is not None:
        access = find_access(user, tenant.slug)
        if access is None:
            raise Rejected("You are not a member of that tenant.", field="tenant")
        if not access.allows(scope.role):
            raise Rejected(
                f"This permission needs the role “{scope.role.value}”. Your role is “{access.role.value}”.",
                field="scope",
            )
    expires_at = None if days is None else clock.now() + timedelta(days=days)
    return ApiToken.issue(name=name, user=user, tenant=tenant, role=scope.role, expires_at=expires_at, limit=limit)


def find_of_user(user: User) -> list[ListedToken]:
    """The user's own tokens, active ones first, then newest first."""
    return _listed(ApiToken.objects.filter(user=user))


def find_of_tenant(tenant: Tenant) -> list[ListedToken]:
    """All tokens with access to the tenant: those for this tenant only, and its members' tokens for all their tenants."""
    members = list(Membership.objects.filter(tenant=tenant).values_list("user", flat=True))
    return _listed(ApiToken.objects.filter(Q(tenant=tenant) | Q(tenant=None, user__in=members)), tenant)


def revoke_token(token: ApiToken) -> bool:
    """Revoke the token. False if it was already revoked."""
    if token.revoked_at is not None:
        return False
    token.revoked_at = clock.now()
    token.save(update_fields=["revoked_at"])
    return True


def count_live(user: User) -> int:
    """The number of the user's active tokens."""
    return int(ApiToken.objects.filter(_live(), user=user).count())


def revoke_all(user: User) -> int:
    """Revoke all active tokens of the user. Returns their number."""
    return sum(revoke_token(each) for each in ApiToken.objects.filter(_live(), user=user))


def find_token(token_id: str, **owner: User | Tenant) -> ApiToken | None:
    """One of the owner's tokens (`user=` or `tenant=`), or None."""
    try:
        return ApiToken.objects.filter(pk=token_id, **owner).select_related("user", "tenant").first()
    except (ValidationError, ValueError):
        return None  # not a valid id


def _live() -> Q:
    return Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=clock.now()))


def _listed(found: Iterable[ApiToken], tenant: Tenant | None = None) -> list[ListedToken]:
    tokens = [_listed_token(each, tenant) for each in found.select_related("user", "tenant").order_by("-created_at")]  # type: ignore[attr-defined]
    return sorted(tokens, key=lambda each: not each.is_live)


def _listed_token(token: ApiToken, tenant: Tenant | None) -> ListedToken:
    scope = Scope.of(Role(token.role))
    if token.revoked_at is not None:
        return ListedToken(token, scope, "revoked", "")
    if token.expires_at is not None and token.expires_at <= clock.now():
        return ListedToken(token, scope, "expired", "")
    if not token.user.is_active:
        return ListedToken(token, scope, "powerless", f"{token.user.username} can no longer sign in.")
    reach = token.tenant or tenant
    access = find_access(token.user, reach.slug) if reach is not None else None
    if reach is not None and access is None:
        return ListedToken(token, scope, "powerless", f"{token.user.username} is no longer a member of {reach}.")
    if access is not None and not access.allows(scope.role):
        return ListedToken(
            token, scope, "usable", f"Can only read, because the role of {token.user.username} is {access.role.value}."
        )
    return ListedToken(token, scope, "usable", "")
