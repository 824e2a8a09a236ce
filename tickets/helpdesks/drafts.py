"""Connections that somebody is setting up: their settings and key, kept for an hour, until they are saved.

A draft belongs to one person and one tenant, and nobody else can read it. Its key is encrypted, as in a saved connection,
and no page ever shows it again.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tenants.models import Tenant, User
from tickets.helpdesks.model import Source

COLLECTION: Final = "connection_drafts"
LIFETIME: Final = timedelta(hours=1)
"""After the last change of the draft."""
MOST_DRAFTS: Final = 20
"""Of one person for one tenant; the oldest make room."""

_FIELDS: Final = ("kind", "url", "auth", "auth_name", "page_size", "encrypted_secret")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A connection that is not saved yet. `source` has no primary key; `is_tested`: a test showed that it works."""

    key: str
    source: Source
    is_tested: bool = False


def save_draft(source: Source, *, by: User, key: str = "") -> str:
    """Keep the settings for an hour, in place of those of the draft `key` if it is that person's; the draft's key."""
    tenant = source.tenant
    found = find_draft(tenant, by, key)
    key = found.key if found is not None else secrets.token_urlsafe(18)
    values: Document = {
        **{name: getattr(source, name) for name in _FIELDS},
        # As text, because the names of settings may hold dots.
        "options": json.dumps(source.options),
        "expires_on": source.expires_on.isoformat() if source.expires_on else "",
        "tenant_id": tenant.slug,
        "user_id": by.pk,
        "is_tested": False,
        "expires_at": clock.now() + LIFETIME,
    }
    _drafts().replace_one({"_id": key}, values, upsert=True)
    if found is None:
        _drop_oldest(tenant, by)
    return key


def _drop_oldest(tenant: Tenant, user: User) -> None:
    mine = {"tenant_id": tenant.slug, "user_id": user.pk}
    newest_first = _drafts().find(mine, {"_id": 1}).sort("expires_at", -1)
    surplus = [each["_id"] for each in newest_first.skip(MOST_DRAFTS)]
    if surplus:
        _drafts().delete_many({"_id": {"$in": surplus}})


def find_draft(tenant: Tenant, user: User, key: str) -> Draft | None:
    """The draft if it is that person's, for that tenant, and not an hour old."""
    found = _drafts().find_one({**_mine(tenant, user, key), "expires_at": {"$gt": clock.now()}}) if key else None
    if found is None:
        return None
    source = Source(
        tenant=tenant,
        options=json.loads(found["options"]),
        expires_on=date.fromisoformat(found["expires_on"]) if found["expires_on"] else None,
        **{name: found[name] for name in _FIELDS},
    )
    return Draft(key=key, source=source, is_tested=found["is_tested"])


def note_tested(tenant: Tenant, user: User, key: str, *, is_usable: bool) -> None:
    _drafts().update_one(_mine(tenant, user, key), {"$set": {"is_tested": is_usable}})


def drop_draft(tenant: Tenant, user: User, key: str) -> None:
    _drafts().delete_one(_mine(tenant, user, key))


def end_of_key(days: int | None, *, now: datetime) -> date | None:
    """The day on which a key that was created today ends at the latest; None if it does not end."""
    return None if days is None else (now + timedelta(days=days)).date()


def _mine(tenant: Tenant, user: User, key: str) -> Document:
    return {"_id": key, "tenant_id": tenant.slug, "user_id": user.pk}


def _drafts() -> Any:
    return mongo.collection(COLLECTION)
