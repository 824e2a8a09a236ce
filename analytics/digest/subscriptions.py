"""Who gets the weekly digest of which tenant. Only users themselves can subscribe."""

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


def subscribed_tenants(user: User) -> set[str]:
    """The slugs of the tenants whose digest the user gets."""
    return {each["tenant_id"] for each in mongo.collection(COLLECTION).find({"user_id": str(user.pk)})}


def find_subscribers(tenant: Tenant, *, before: datetime) -> list[str]:
    """The ids of the users who subscribed to the tenant's digest before a moment."""
    found = mongo.collection(COLLECTION).find({"tenant_id": tenant.slug, "since": {"$lt": before}})
    return [each["user_id"] for each in found.sort("_id", 1)]


def unsubscribe_token(user: User, tenant: Tenant) -> str:
    """Lets anyone who has it end this one subscription, and nothing else."""
    return signing.dumps([str(user.pk), tenant.slug], salt=_SALT)


def read_token(token: str) -> tuple[str, str] | None:
    """The user's id and the tenant's slug; None if the token is not valid."""
    try:
        user_id, slug = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(user_id), str(slug)


def _key(user: User, tenant: Tenant) -> str:
    return f"{tenant.slug} {user.pk}"
