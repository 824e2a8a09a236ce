"""QuickSearch: the few newest tickets and the first customers of one tenant that match what somebody typed.

Unlike a list it counts nothing, so that a search can ask fifty tenants within one request. Indexes answer all of it.
"""

from dataclasses import dataclass
from typing import Final

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tenants.models import Tenant
from tickets.classification.search_query import Query
from tickets.records.collection_names import TICKETS
from tickets.records.normalize import NO_CUSTOMER
from tickets.store.index_scans import CUSTOMER_INDEX, ID_INDEX, WORDS_INDEX, IndexScan
from tickets.store.query_planner import MAX_EXAMINED
from tickets.store.scan_reader import ScanReader
from tickets.store.search import TicketSearch

_FIELDS: Final = ("external_id", "subject", "customer_id", "status", "urgency", "created_at")
_LAST: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickHits:
    """What one tenant has: tickets, newest first, the one with exactly the typed id before them, and customers by id.

    `is_cut`: there may be more tickets.
    """

    exact: Document | None
    tickets: list[Document]
    is_cut: bool
    customers: list[str]


class QuickSearch:
    def __init__(self, tenant: Tenant) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("A QuickSearch needs a tenant.")
        self._live: Document = {"tenant_id": tenant.slug, "is_deleted": False}
        self._tenant_id = tenant.slug
        self._search = TicketSearch(tenant, estimates_up_to=MAX_EXAMINED)
        self._tickets = mongo.collection(TICKETS)

    def find(self, text: str, query: Query, *, tickets: int, customers: int) -> QuickHits:
        """At most so many of each. `text` is what was typed, `query` its words. Raises `QueryError`."""
        exact = self._tickets.find_one({**self._live, "external_id": text}, dict.fromkeys(_FIELDS, 1), hint=ID_INDEX)
        found = self._newest(query, limit=tickets + 1)
        others = [each for each in found if exact is None or each["external_id"] != exact["external_id"]]
        return QuickHits(
            exact=exact,
            tickets=others[:tickets],
            is_cut=len(others) > tickets,
            customers=self._customers(text, limit=customers),
        )

    def _newest(self, query: Query, *, limit: int) -> list[Document]:
        words = self._search.compile(query)
        if words.is_empty:
            return []
        scan = IndexScan({"tenant_id": self._tenant_id, **words.bounds()}, WORDS_INDEX)
        scan = scan.with_residual(*words.residual())
        reader, fields = ScanReader(), dict.fromkeys(_FIELDS, 1)
        read = reader.read_sample if scan.residual else reader.read
        return read([scan], None, limit=limit, fields=fields).tickets

    def _customers(self, start: str, *, limit: int) -> list[str]:
        """The first customers whose ids start so, by hops from id to id along their index."""
        found: list[str] = []
        place: Document = {"$gte": start}
        while len(found) < limit:
            match = {**self._live, "customer_id": {**place, "$lt": f"{start}{_LAST}"}}
            key = self._tickets.find_one(
                match, {"_id": 0, "customer_id": 1}, hint=CUSTOMER_INDEX, sort=[("customer_id", 1)]
            )
            if key is None:
                break
            if key["customer_id"] != NO_CUSTOMER:
                found.append(key["customer_id"])
            place = {"$gt": key["customer_id"]}
        return found
