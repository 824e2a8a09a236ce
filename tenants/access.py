"""Access to tenants.

All code that shows or changes a tenant's data gets the tenant from this module. A user who is not a member gets 404, and
a member whose role is not sufficient gets 403.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, NamedTuple, TypeVar, cast
from urllib.parse import urlsplit, urlunsplit

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from supportsaas.db import mongo
from supportsaas.db.model_documents import from_document
from supportsaas.db.mongo import Document, Pipeline
from supportsaas.web.htmx_request import HtmxHttpRequest
from tenants.models import ApiToken, Membership, Role, Tenant, User

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class TenantAccess:
    """A tenant that a user may see, and the user's role in it."""

    tenant: Tenant
    role: Role

    def allows(self, needed: Role) -> bool:
        return self.role.allows(needed)

    def require(self, needed: Role) -> None:
        """Raises `PermissionDenied` if the role is not sufficient."""
        if not self.allows(needed):
            raise PermissionDenied(f"This needs the role “{needed.value}”. Your role is “{self.role.value}”.")

    def find_or_404(self, model: type[M], key: str) -> M:
        """The tenant's object with this key, which comes from a URL. Raises `Http404`."""
        try:
            found = model._default_manager.filter(tenant=self.tenant, pk=key).select_related("tenant").first()
        except (ValidationError, ValueError):
            found = None  # not a valid id
        if found is None:
            raise Http404(f"No such {model._meta.verbose_name}.")
        return found

    @property
    def can_run(self) -> bool:
        return self.allows(Role.MANAGER)

    @property
    def can_administer(self) -> bool:
        return self.allows(Role.ADMIN)


class SignedInRequest(HtmxHttpRequest):
    """What a view under `sign_in_required` gets."""

    user: User


class TenantRequest(SignedInRequest):
    """What a view under `tenant_required` gets."""

    tenant_access: TenantAccess
    my_tenants: "list[NamedTenant]"
    """The menu of a page. Forms and fragments have none, so it is not set there."""


class NamedTenant(NamedTuple):
    """A tenant that a user may see, as a menu shows it."""

    name: str
    slug: str
    role: str


def find_access(
    user: AbstractBaseUser | AnonymousUser, slug: str, *, token: ApiToken | None = None
) -> TenantAccess | None:
    """The access of `user` to the tenant, limited by the token's scope; None without access."""
    if not isinstance(user, User) or not user.is_active:
        return None
    document = next(mongo.collection(Tenant._meta.db_table).aggregate(_access_pipeline(user, slug)), None)
    if document is None:
        return None
    role = Role.ADMIN if user.is_superuser else next((Role(each["role"]) for each in document["memberships"]), None)
    return None if role is None else _limited(TenantAccess(from_document(Tenant, document), role), token)


def _access_pipeline(user: User, slug: str) -> Pipeline:
    """The active tenant and the user's role in it, in one round trip: every page needs both."""
    tenant: Pipeline = [{"$match": {"slug": slug, "is_active": True}}, {"$limit": 1}]
    if user.is_superuser:
        return tenant
    theirs: Pipeline = [{"$match": {"user_id": user.pk}}, {"$project": {"_id": 0, "role": 1}}]
    members = Membership._meta.db_table
    lookup = {
        "from": members,
        "localField": "_id",
        "foreignField": "tenant_id",
        "pipeline": theirs,
        "as": "memberships",
    }
    return [*tenant, {"$lookup": lookup}]


def find_access_and_menu(
    user: AbstractBaseUser | AnonymousUser, slug: str
) -> tuple[TenantAccess | None, list[NamedTenant]]:
    """What `find_access` and `find_named_tenants` find, in one round trip: every page of a tenant needs both."""
    if not isinstance(user, User) or not user.is_active:
        return None, []
    rows = list(_named_rows(user, whole=slug))
    wanted = next((row for row in rows if "whole" in row), None)
    access = TenantAccess(from_document(Tenant, wanted["whole"]), Role(wanted["role"])) if wanted else None
    return access, _named(rows)


def find_all_access(user: AbstractBaseUser | AnonymousUser, *, token: ApiToken | None = None) -> list[TenantAccess]:
    """Every active tenant that the user may see, by name, limited by the token's scope."""
    if not isinstance(user, User) or not user.is_active:
        return []
    tenants = Tenant._meta.db_table
    if user.is_superuser:
        documents = mongo.collection(tenants).find({"is_active": True}).sort("name", 1)
        found = [TenantAccess(from_document(Tenant, each), Role.ADMIN) for each in documents]
    else:
        memberships = mongo.collection(Membership._meta.db_table).aggregate(_memberships_pipeline(user))
        mine = [TenantAccess(from_document(Tenant, each["tenant"]), Role(each["role"])) for each in memberships]
        found = sorted(mine, key=lambda access: access.tenant.name.casefold())
    return [limited for access in found if (limited := _limited(access, token)) is not None]


def named_tenants(accesses: Sequence[TenantAccess]) -> list[NamedTenant]:
    """The menu's names of tenants that are loaded already."""
    named = [NamedTenant(each.tenant.name, each.tenant.slug, each.role) for each in accesses]
    return sorted(named, key=lambda each: each.name.casefold())


def find_named_tenants(user: AbstractBaseUser | AnonymousUser) -> list[NamedTenant]:
    """The names of these tenants, for the menu on every page. Whole tenants take several times longer to load."""
    return _named(_named_rows(user)) if isinstance(user, User) and user.is_active else []


def _named_rows(user: User, *, whole: str | None = None) -> Iterator[Document]:
    """The name and slug of each active tenant that the user may see, and the user's role in it.

    The tenant with the slug `whole` is there as a whole, too.
    """
    if user.is_superuser:
        collection, path = Tenant._meta.db_table, "$$ROOT"
        mine: Pipeline = [{"$match": {"is_active": True}}]
        role: Any = {"$literal": Role.ADMIN.value}
    else:
        collection, path, mine, role = Membership._meta.db_table, "$tenant", _memberships_pipeline(user), "$role"
    fields: Document = {"_id": 0, "name": f"{path}.name", "slug": f"{path}.slug", "role": role}
    if whole is not None:
        # As a literal: the slug comes from the URL.
        fields["whole"] = {"$cond": [{"$eq": [f"{path}.slug", {"$literal": whole}]}, path, "$$REMOVE"]}
    return mongo.collection(collection).aggregate([*mine, {"$project": fields}])


def _named(rows: Iterable[Document]) -> list[NamedTenant]:
    named = [NamedTenant(each["name"], each["slug"], each["role"]) for each in rows]
    return sorted(named, key=lambda each: each.name.casefold())


def _memberships_pipeline(user: User) -> Pipeline:
    """The user's memberships in active tenants, each with its `tenant`."""
    tenants = Tenant._meta.db_table
    its_tenant: Document = {"from": tenants, "localField": "tenant_id", "foreignField": "_id", "as": "tenant"}
    mine: Pipeline = [{"$match": {"user_id": user.pk}}, {"$lookup": its_tenant}, {"$unwind": "$tenant"}]
    return [*mine, {"$match": {"tenant.is_active": True}}]


def _limited(access: TenantAccess, token: ApiToken | None) -> TenantAccess | None:
    """The access limited to the token's role; None if the token is for another tenant."""
    if token is None:
        return access
    if token.tenant_id is not None and token.tenant_id != access.tenant.pk:
        return None
    return TenantAccess(access.tenant, min(access.role, Role(token.role), key=lambda each: each.rank))


V = TypeVar("V", bound=Callable[..., HttpResponseBase])


def sign_in_required(view: V) -> V:
    """Decorate a view that needs a signed-in user. Others are redirected to the sign-in page, and back afterwards.

    A submitted form is not submitted again after sign-in. The user returns to the page of the form, with a message.
    """

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method in ("GET", "HEAD"):
            return redirect_to_login(request.get_full_path())
        messages.warning(request, "Your session has ended, so nothing was changed. Sign in and try again.")
        return redirect_to_login(_page_of_form(request))

    return cast(V, checked)


def safe_next(request: HttpRequest, wanted: str) -> str:
    """A URL from an untrusted source, as a path if it is on this host; else the overview."""
    if not _is_own_host(request, wanted):
        return resolve_url("overview")
    parts = urlsplit(wanted)
    path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    # The path may be “//other.host”.
    return path if path.startswith("/") and _is_own_host(request, path) else resolve_url("overview")


def _is_own_host(request: HttpRequest, address: str) -> bool:
    return url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


def _page_of_form(request: HttpRequest) -> str:
    """The page of the submitted form. Browsers send it as Referer, htmx in its own header."""
    return safe_next(request, request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))


def tenant_required(
    needed: Role = Role.VIEWER,
) -> Callable[[Callable[..., HttpResponseBase]], Callable[Concatenate[HttpRequest, str, ...], HttpResponseBase]]:
    """Decorate a view whose URL names the tenant by `slug`.

    The view gets a `TenantAccess` instead of the slug, and `request.tenant_access` is set for the page frame.
    """

    def decorate(
        view: Callable[..., HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, str, ...], HttpResponseBase]:
        @sign_in_required
        @wraps(view)
        def checked(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            tenant_request = cast(TenantRequest, request)
            if request.method == "GET" and not tenant_request.htmx:
                access, tenant_request.my_tenants = find_access_and_menu(request.user, slug)
            else:
                access = find_access(request.user, slug)
            if access is None:
                raise Http404("No such tenant.")
            access.require(needed)
            tenant_request.tenant_access = access
            return view(tenant_request, access, *args, **kwargs)

        return checked

    return decorate
