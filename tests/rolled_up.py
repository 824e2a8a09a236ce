"""Roll-ups of tickets that a test puts into the database itself."""

from supportsaas.db import mongo
from tenants.models import Tenant
from tickets.rollups.building import build

COLLECTIONS = ("rollup_state", "rollup_numbers", "rollup_words", "customer_counts")


def forget_rollups() -> None:
    """As if no roll-ups had ever been built."""
    for name in COLLECTIONS:
        mongo.collection(name).delete_many({})


def roll_up(tenant: Tenant) -> None:
    """Build the roll-ups of exactly the tickets that are stored now."""
    forget_rollups()
    assert build(tenant)
