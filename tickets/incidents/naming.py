"""Reads the tickets of an incident for its names."""

from typing import Final

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tickets.incidents.following import Followed
from tickets.incidents.names import WrittenTicket, name_phrases
from tickets.incidents.phrases import READ_LIMIT
from tickets.records.collection_names import TICKETS
from tickets.store.index_scans import ID_INDEX

MOST_READ: Final = 200
_FIELDS: Final[Document] = {
    "_id": 0,
    "customer_id": 1,
    "subject": 1,
    "message": {"$substrCP": ["$message", 0, READ_LIMIT]},
}


def find_names(tenant_id: str, incident: Followed) -> tuple[str, ...]:
    """How its customers write what is unusual; at least one name."""
    match = {"tenant_id": tenant_id, "external_id": {"$in": incident.tickets[:MOST_READ]}, "is_deleted": False}
    found = mongo.collection(TICKETS).find(match, _FIELDS, hint=ID_INDEX)
    written = (WrittenTicket(each["customer_id"], each["subject"], each["message"]) for each in found)
    return tuple(name_phrases(incident.phrases, written)) or incident.names or (incident.peak.phrase,)
