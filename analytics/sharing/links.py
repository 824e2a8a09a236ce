"""Read-only links: the numbers of one tenant over one period and filter, for people without an account, for a while.

A link holds 256 random bits, of which only a hash is stored. It ends at its date, when it is revoked, when whoever made it
is no longer a manager of the tenant, and while an admin has switched such links off.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pymongo import ReturnDocument

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.web.rejected import Rejected
from tenants.access import TenantAccess, find_access
from tenants.audit.audit_log import append_entry, who
from tenants.models import Role, Tenant, User

COLLECTION: Final = "shared_links"
DAYS: Final = (1, 7, 30)
MOST_OPEN: Final = 50
"""Links of a tenant that have not ended."""
_KEPT: Final = timedelta(days=30)
"""After its end. So long its address says that it has ended."""
_NOTED_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedLink:
    """`query` are the parameters of the dashboard, `about` is what they mean."""

    id: str
    tenant_id: str
    maker_id: str
    maker: str
    query: str
    about: str
    made_at: datetime
    ends_at: datetime
    revoked_at: datetime | None
    opened_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.ends_at


class SharedLinkStore:
    """The links of one tenant."""

    def __init__(self, tenant: Tenant) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("A SharedLinkStore needs a tenant.")
        self._tenant = tenant
        self._mine = {"tenant_id": tenant.slug}

    def find_all(self) -> list[SharedLink]:
        """Also those that ended in the last weeks, the newest first."""
        found = mongo.collection(COLLECTION).find(self._mine).sort("made_at", -1)
        return [_from_document(each) for each in found.limit(500)]

    def make(self, maker: User, *, query: str, about: str, days: int, now: datetime) -> str:
        """Returns the token, which is not stored. Raises `Rejected`."""
        if not self._tenant.read_only_links:
            raise Rejected("An admin has switched off read-only links. No link was made.")
        if days not in DAYS:
            raise Rejected("Choose for how many days the link works.", field="days")
        links = mongo.collection(COLLECTION)
        if (
            links.count_documents({**self._mine, "revoked_at": None, "ends_at": {"$gt": now}}, limit=MOST_OPEN)
            >= MOST_OPEN
        ):
            raise Rejected(f"There are {MOST_OPEN} links already. Revoke one first.")
        token, link_id = secrets.token_urlsafe(32), secrets.token_hex(8)
        ends_at = now + timedelta(days=days)
        self._log("created", link_id, about, {"ends": {"old": "", "new": f"after {days} d"}})
        links.insert_one(
            {
                "_id": link_id,
                **self._mine,
                "digest": _digest(token),
                "maker_id": str(maker.pk),
                "maker": maker.username,
                "query": query,
                "about": about,
                "made_at": now,
                "ends_at": ends_at,
                "revoked_at": None,
                "opened_at": None,
                "expires_at": ends_at + _KEPT,
            }
        )
        return token

    def revoke(self, link_id: str, *, now: datetime) -> bool:
        """Whether there was such a link that had not ended."""
        found = mongo.collection(COLLECTION).find_one_and_update(
            {"_id": link_id, **self._mine, "revoked_at": None, "ends_at": {"$gt": now}},
            {"$set": {"revoked_at": now}},
            return_document=ReturnDocument.AFTER,
        )
        if found is not None:
            self._log("revoked", link_id, found["about"], {})
        return found is not None

    def _log(self, action: str, link_id: str, about: str, changes: dict[str, dict[str, str]]) -> None:
        actor, via, address = who()
        append_entry(
            tenant_slug=self._tenant.slug,
            actor=actor,
            via=via,
            address=address,
            action=action,
            kind="read-only link",
            object_id=link_id,
            name=about,
            changes=changes,
        )


def find_link(token: str) -> SharedLink | None:
    """The link of this token, also one that has ended."""
    found = mongo.collection(COLLECTION).find_one({"digest": _digest(token)})
    return _from_document(found) if found else None


def open_link(link: SharedLink, *, now: datetime) -> TenantAccess | None:
    """The access of the maker to the tenant, as a viewer; None if the link has ended for any reason."""
    maker = User.objects.filter(pk=link.maker_id).first() if link.is_open(now) else None
    access = find_access(maker, link.tenant_id) if maker else None
    if access is None or not access.allows(Role.MANAGER) or not access.tenant.read_only_links:
        return None
    older = {"_id": link.id, "$or": [{"opened_at": None}, {"opened_at": {"$lt": now - _NOTED_EVERY}}]}
    mongo.collection(COLLECTION).update_one(older, {"$set": {"opened_at": now}})
    return TenantAccess(access.tenant, Role.VIEWER)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _from_document(found: Document) -> SharedLink:
    names = ("tenant_id", "maker_id", "maker", "query", "about", "made_at", "ends_at", "revoked_at", "opened_at")
    return SharedLink(id=found["_id"], **{name: found[name] for name in names})
