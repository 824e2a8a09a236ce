"""Whose weekly digest has which tenants. Only users themselves can subscribe."""

from collections.abc import Collection
from datetime import datetime

from django.core import signing

from supportsaas.db import mongo
from tenants.models import Tenant, User

COLLECTION = "digest_subscriptions"
_SALT = "digest-unsubscribe"


def subscribe(user: User, tenant: Tenant, *, now: datetime) -> None:
    """Subscribe from the next Monday on. Does nothing if already subscribed."""
    mongo.collection(COLLECTION).update_one(
        {"_id": _key(user, tenant)},
        {"$setOnInsert": {"tenant_id": tenant.slug, "user_id": str(user.pk), "since": now}},
        upsert=True,
    )


def unsubscribe(user_id: str, slug: str) -> None:
    mongo.collection(COLLECTION).delete_one({"_id": f"{slug} {user_id}"})


def unsubscribe_from_all(user_id: str) -> None:
    mongo.collection(COLLECTION).delete_many({"user_id": user_id})


def subscribed_tenants(user: User) -> set[str]:
    """The slugs of the tenants whose digest the user gets."""
    return {each["tenant_id"] for each in mongo.collection(COLLECTION).find({"user_id": str(user.pk)})}


def find_subscriptions(slugs: Collection[str]) -> dict[str, dict[str, datetime]]:
    """By the user's id: since when they want the digest of which of these tenants, by its slug."""
    found: dict[str, dict[str, datetime]] = {}
    for each in mongo.collection(COLLECTION).find({"tenant_id": {"$in": list(slugs)}}):
        found.setdefault(each["user_id"], {})[each["tenant_id"]] = each["since"]
    return found


def unsubscribe_token(user: User) -> str:
    """Lets anyone who has it end this user's digest, and nothing else."""
    return signing.dumps([str(user.pk)], salt=_SALT)


def read_token(token: str) -> tuple[str, str | None] | None:
    """The user's id; and the tenant's slug of a token from the time of one mail a tenant. None if it is not valid."""
    try:
        user_id, *slug = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(user_id), str(slug[0]) if slug else None


def _key(user: User, tenant: Tenant) -> str:
    return f"{tenant.slug} {user.pk}"
