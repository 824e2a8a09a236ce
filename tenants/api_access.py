"""Who calls the JSON API: a program by its token, or a person by their session."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer, SessionAuth

from supportsaas import clock
from tenants.access import TenantAccess, find_access
from tenants.models import ApiToken, Role, Tenant, User

_LAST_USE_PRECISION = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Caller:
    user: User
    token: ApiToken | None = None

    @property
    def name(self) -> str:
        return f"{self.user.username} (token {self.token.name})" if self.token else self.user.username


class TokenAuth(HttpBearer):
    """`Authorization: Bearer …`; no session and no CSRF token needed."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        found = ApiToken.objects.filter(digest=ApiToken.digest_of(token)).select_related("user", "tenant").first()
        now = clock.now()
        if found is None or not found.is_usable(now):
            return None
        if found.last_used_at is None or now - found.last_used_at > _LAST_USE_PRECISION:
            ApiToken.objects.filter(pk=found.pk).update(last_used_at=now)
        return Caller(found.user, found)


class PersonAuth(SessionAuth):
    """The session of a logged-in person; requests that change something need the CSRF token."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        return Caller(request.user) if isinstance(request.user, User) and request.user.is_active else None


def caller_of(request: HttpRequest) -> Caller:
    caller: Caller = request.auth  # type: ignore[attr-defined]
    return caller


def api_access(request: HttpRequest, slug: str, needed: Role = Role.VIEWER) -> TenantAccess:
    """The caller's access to the tenant; 404 for a stranger, 403 for a weak role."""
    caller = caller_of(request)
    access = find_access(caller.user, slug, token=caller.token)
    if access is None:
        raise HttpError(404, f"There is no tenant “{slug[:63]}” that you may see.")
    if not access.allows(needed):
        raise HttpError(403, f"This needs the role “{needed.value}”; yours is “{access.role.value}”.")
    return access


def api_tenant(request: HttpRequest, slug: str, needed: Role = Role.VIEWER) -> Tenant:
    return api_access(request, slug, needed).tenant
