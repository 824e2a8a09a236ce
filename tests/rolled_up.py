"""Roll-ups of tickets that a test puts into the database itself, and whether the stored numbers are right."""

from supportsaas.db import mongo
from tenants.models import Tenant
from tickets.records.facets import FacetCounts, Facets
from tickets.rollups.building import build
from tickets.store.facet_counts import FacetCountStore

COLLECTIONS = ("rollup_state", "rollup_numbers", "rollup_words", "rollup_clocks", "rollup_work", "customer_counts")


def forget_rollups() -> None:
    """As if no roll-ups had ever been built."""
    for name in COLLECTIONS:
        mongo.collection(name).delete_many({})


def roll_up(tenant: Tenant) -> None:
    """Build the roll-ups of exactly the tickets that are stored now."""
    forget_rollups()
    assert build(tenant)


def facet_differences(tenant: Tenant) -> dict[Facets, int]:
    """How far the stored numbers of all time are off, counted ticket by ticket. Empty: all are right."""
    live = mongo.collection("tickets").find({"tenant_id": tenant.slug, "is_deleted": False})
    wrong = FacetCountStore(tenant).find_counts()
    wrong.subtract(FacetCounts(Facets.of(each) for each in live))
    return {facets: number for facets, number in wrong.items() if number}
