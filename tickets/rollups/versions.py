"""Whether the numbers of tenants are still those that a page shows: a text that changes with them."""

from collections.abc import Sequence
from hashlib import sha256

from supportsaas.db import mongo
from tickets.rollups.state import COLLECTION, LAYOUT


def find_numbers_version(tenant_ids: Sequence[str]) -> str:
    """The same text, as long as no ticket that counts has changed. Empty if none of the tenants has had tickets."""
    wanted = {"_id": {"$in": list(tenant_ids)}, "layout": LAYOUT}
    found = mongo.collection(COLLECTION).find(wanted, {"generation": 1, "version": 1})
    versions = sorted((each["_id"], each["generation"], each["version"]) for each in found)
    return sha256(repr(versions).encode()).hexdigest()[:16] if versions else ""
