"""Authentication of the JSON API: programs with a token, users with their session."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from django.conf import settings
from django.http import HttpRequest
from ninja import Field
from ninja.errors import HttpError
from ninja.security import HttpBearer, SessionAuth

from supportsaas import clock
from supportsaas.reliability.quota import RequestQuota
from supportsaas.web.api_errors import TooManyRequests
from tenants.access import TenantAccess, find_access, find_all_access
from tenants.accounts.require_second_factor import must_have_second_factor
from tenants.credentials.second_factor import find_factor
from tenants.models import ApiToken, Role, Tenant, User

_LAST_USE_PRECISION = timedelta(minutes=1)

TenantId = Annotated[
    str, Field(json_schema_extra={"description": "The tenant's id: letters, digits, - and _.", "example": "acme"})
]


@dataclass(frozen=True, slots=True)
class Caller:
    user: User
    token: ApiToken | None = None

    @property
    def name(self) -> str:
        return f"{self.user.username} (token {self.token.name})" if self.token else self.user.username

    @property
    def key(self) -> str:
        """Identifies the caller. Two tokens of one user are two callers."""
        return f"token:{self.token.pk}" if self.token else f"user:{self.user.pk}"


class TokenAuth(HttpBearer):
    """`Authorization: Bearer …`, without session and CSRF token. Counts against the token's limit."""

    openapi_description = "A token, created on a settings page or with `manage.py token create`."

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        found = ApiToken.objects.filter(digest=ApiToken.digest_of(token)).select_related("user", "tenant").first()
        now = clock.now()
        if found is None or not found.is_usable(now):
            return None
        if must_have_second_factor(found.user) and find_factor(found.user) is None:
            raise HttpError(
                403, "The user of this token must set up two-factor authentication first. Nothing was changed."
            )
        caller = Caller(found.user, found)
        _count(request, caller, limit=settings.API_REQUESTS_PER_MINUTE if found.limit is None else found.limit)
        if found.last_used_at is None or now - found.last_used_at > _LAST_USE_PRECISION:
            ApiToken.objects.filter(pk=found.pk).update(last_used_at=now)
        return caller


class PersonAuth(SessionAuth):
    """The session of a signed-in user. Requests that change something need the CSRF token. Each user has a limit."""

    openapi_description = "The session of a signed-in user. Calls that change something also need `X-CSRFToken`."

    def __call__(self, request: HttpRequest) -> Caller | None:
        if not isinstance(request.user, User) or not request.user.is_active:
            return None  # before the CSRF check, so that anonymous callers get 401 instead of a missing cookie
        found: Caller | None = super().__call__(request)
        return found

    def _get_key(self, request: HttpRequest) -> str | None:
        try:
            return super()._get_key(request)
        except HttpError:
            raise HttpError(
                403,
                "Calls with a session that change something must send the CSRF token (X-CSRFToken). Nothing was changed.",
            ) from None

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        if not isinstance(request.user, User):
            return None
        caller = Caller(request.user)
        _count(request, caller, limit=settings.API_REQUESTS_PER_MINUTE)
        return caller


def _count(request: HttpRequest, caller: Caller, *, limit: int) -> None:
    """Count the request. Raises `TooManyRequests`. A limit of 0 means no limit."""
    if not limit:
        return
    quota = RequestQuota(caller.key, limit=limit).take()
    request.api_quota = quota  # type: ignore[attr-defined]  # shown in every response
    if quota.retry_after is not None:
        who = "This token" if caller.token else "Your account"
        raise TooManyRequests(who=who, limit=limit, retry_after=quota.retry_after)


def caller_of(request: HttpRequest) -> Caller:
    caller: Caller = request.auth  # type: ignore[attr-defined]
    return caller


def api_access(request: HttpRequest, slug: str, needed: Role = Role.VIEWER) -> TenantAccess:
    """The caller's access to the tenant. 404 without membership, 403 if the role is not sufficient."""
    caller = caller_of(request)
    access = find_access(caller.user, slug, token=caller.token)
    if access is None:
        raise HttpError(404, f"Tenant “{slug[:63]}” does not exist or is not visible to you.")
    if not access.allows(needed):
        raise HttpError(403, _why_forbidden(caller, access, needed))
    return access


def api_tenant(request: HttpRequest, slug: str, needed: Role = Role.VIEWER) -> Tenant:
    return api_access(request, slug, needed).tenant


def api_accesses(request: HttpRequest) -> list[TenantAccess]:
    """All tenants that the caller may see, by name."""
    caller = caller_of(request)
    return find_all_access(caller.user, token=caller.token)


def _why_forbidden(caller: Caller, access: TenantAccess, needed: Role) -> str:
    if caller.token is not None and not Role(caller.token.role).allows(needed):
        return "This token can only read. Nothing was changed. Use one that may run ingestion."
    return f"This needs the role “{needed.value}”. Your role is “{access.role.value}”. Nothing was changed."
