"""The tickets of an incident, for its list."""

from supportsaas.db import mongo
from tickets.records.collection_names import INCIDENTS


def find_incident_tickets(tenant_id: str, number: str) -> list[str]:
    """The ids; none if there is no such incident. `number`: digits."""
    fields = {"_id": 0, "tickets": 1}
    found = mongo.collection(INCIDENTS).find_one({"_id": f"{tenant_id} {number}", "tenant_id": tenant_id}, fields)
    return list(found["tickets"]) if found else []
