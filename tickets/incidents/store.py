"""IncidentStore: a tenant's incidents, one document for each, which changes as the incident grows.

A document holds the ids of its tickets and no customer. How many tickets and customers an incident has is read from the
tickets that are still there, so the number on a page is that of the list that it opens.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pymongo import UpdateOne
from pymongo.client_session import ClientSession

from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from tenants.models import Tenant
from tickets.incidents.finding import UnusualPhrase
from tickets.incidents.following import MUTED, RESUMES, Followed
from tickets.incidents.rule import Assessment
from tickets.records.collection_names import INCIDENTS, TICKETS
from tickets.store.index_scans import ID_INDEX

FEWEST_CUSTOMERS: Final = 3
"""With fewer, an incident's phrases are not kept after an erasure."""

LONGEST_SHOWN: Final = timedelta(days=2)
"""Incidents that go on for longer are still in the tenant's own list."""

MOST_BEGUN: Final = 100

NEWEST: Final = [("found_at", -1), ("number", -1)]
_IS_ONGOING: Final = {"$and": [{"$eq": ["$ended_at", None]}, {"$eq": ["$dismissed_at", None]}]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An incident as pages and the API show it: what customers report, and the numbers that explain it.

    - `names`: how customers write it; the first is what the incident is called.
    - `tickets`, `customers`: how many there are now. Deleted tickets do not count.
    - `observed`, `usual`, `limit`, `hours`, `peak_at`: so many customers used a phrase within the hours before that time;
      usually so many do; from the limit on it is unusual.
    """

    tenant_id: str
    number: int
    names: tuple[str, ...]
    phrases: tuple[str, ...]
    tickets: int
    customers: int
    first_at: datetime
    last_at: datetime
    found_at: datetime
    ended_at: datetime | None
    dismissed_at: datetime | None
    dismissed_by: str
    observed: int
    usual: float
    limit: int
    hours: int
    peak_at: datetime

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def is_ongoing(self) -> bool:
        return self.ended_at is None and self.dismissed_at is None


@dataclass(frozen=True, slots=True)
class BegunIncident:
    """An incident as a chart marks it, at the time of its first ticket."""

    number: int
    name: str
    first_at: datetime


_BEGUN: Final = {"_id": 0, "number": 1, "names": {"$slice": 1}, "first_at": 1}
MOST_OF_A_TICKET: Final = 5


class IncidentStore:
    def __init__(self, tenant: Tenant) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("An IncidentStore needs a tenant.")
        self.tenant_id = tenant.slug
        self._mine: Document = {"tenant_id": tenant.slug}
        self._incidents = mongo.collection(INCIDENTS)

    # -- For pages and programs ----------------------------------------------------------------

    def find_page(self, *, skip: int, limit: int) -> list[Incident]:
        """The latest first."""
        return _shown(self._incidents.find(self._mine).sort(NEWEST).skip(skip).limit(limit).to_list())

    def find_ongoing(self) -> list[Incident]:
        return find_ongoing([self.tenant_id])

    def find_found_since(self, moment: datetime) -> list[Incident]:
        """Those that were found after the time, the latest first: dismissed ones, too."""
        return _shown(self._incidents.find({**self._mine, "found_at": {"$gt": moment}}).sort(NEWEST).to_list())

    def find_begun(self, start: datetime, end: datetime) -> list[BegunIncident]:
        """Those that began within the time, without dismissed ones: the latest, if there are many. Reads no tickets."""
        match = {
            **self._mine,
            "found_at": {"$gte": start},
            "first_at": {"$gte": start, "$lt": end},
            "dismissed_at": None,
        }
        found = self._incidents.find(match, _BEGUN).sort(NEWEST).limit(MOST_BEGUN)
        return [BegunIncident(each["number"], each["names"][0], each["first_at"]) for each in found]

    def find(self, number: int) -> Incident | None:
        found = _shown(self._incidents.find({"_id": self._id(number), **self._mine}).to_list())
        return found[0] if found else None

    def find_of_ticket(self, external_id: str) -> list[BegunIncident]:
        """Those that the ticket is part of, without dismissed ones, the latest first. Of a tenant's few incidents."""
        match = {**self._mine, "tickets": external_id, "dismissed_at": None}
        found = self._incidents.find(match, _BEGUN).sort(NEWEST).limit(MOST_OF_A_TICKET)
        return [BegunIncident(each["number"], each["names"][0], each["first_at"]) for each in found]

    def count(self) -> int:
        return self._incidents.count_documents(self._mine)

    # -- For those who follow them -------------------------------------------------------------

    def find_followed(self, *, now: datetime) -> list[Followed]:
        """Those that matter to what is found now, with their live tickets only."""
        matters: Document = {
            "$or": [{"ended_at": None}, {"ended_at": {"$gt": now - RESUMES}}, {"dismissed_at": {"$gt": now - MUTED}}]
        }
        found = self._incidents.find({**self._mine, **matters}).sort(NEWEST).to_list()
        customers = _find_customers([self.tenant_id], found)
        return [_followed(each, customers.get(self.tenant_id, {})) for each in found]

    def save(self, incidents: Iterable[Followed], *, session: ClientSession) -> None:
        """Saving twice changes nothing more. Whether they are dismissed is left to those who do that."""
        writes = [UpdateOne({"_id": self._id(each.number)}, self._change(each), upsert=True) for each in incidents]
        if writes:
            self._incidents.bulk_write(writes, session=session)

    def set_dismissed(self, number: int, at: datetime | None, by: str, *, session: ClientSession) -> None:
        """`at` None: it is an incident after all."""
        key = {"_id": self._id(number), **self._mine}
        dismissal = {"dismissed_at": at, "dismissed_by": {"$literal": by}}
        change: Pipeline = [{"$set": dismissal}, {"$set": {"is_ongoing": _IS_ONGOING}}]
        self._incidents.update_one(key, change, session=session)

    def remove_before(self, end: datetime) -> None:
        """Retention: incidents whose last ticket is as old."""
        self._incidents.delete_many({**self._mine, "last_at": {"$lte": end}})

    def forget_tickets(self, external_ids: Collection[str]) -> None:
        """After an erasure. An incident that fewer than three customers are left of is deleted with its phrases."""
        these = {"$in": list(external_ids)}
        touched = self._incidents.find({**self._mine, "tickets": these}).to_list()
        if not touched:
            return
        keys = [each["_id"] for each in touched]
        self._incidents.update_many({"_id": {"$in": keys}}, {"$pull": {"tickets": these}})
        customers = _find_customers([self.tenant_id], touched).get(self.tenant_id, {})
        few = [
            each["_id"]
            for each in touched
            if len({customers[id_] for id_ in each["tickets"] if id_ in customers}) < FEWEST_CUSTOMERS
        ]
        self._incidents.delete_many({"_id": {"$in": few}})

    def _id(self, number: int) -> str:
        return f"{self.tenant_id} {number}"

    def _change(self, incident: Followed) -> Pipeline:
        peak = incident.peak
        values: Document = {
            **self._mine,
            "number": incident.number,
            "names": list(incident.names),
            "phrases": list(incident.phrases),
            "tickets": list(incident.tickets),
            "first_at": incident.first_at,
            "last_at": incident.last_at,
            "found_at": incident.found_at,
            "ended_at": incident.ended_at,
            "peak": {
                "phrase": peak.phrase,
                "hours": peak.hours,
                "at": peak.at,
                "observed": peak.assessment.observed,
                "usual": peak.assessment.usual,
                "limit": peak.assessment.limit,
            },
        }
        # Customers' words may begin with a dollar sign.
        literal = {name: {"$literal": value} for name, value in values.items()}
        kept = {
            "dismissed_at": {"$ifNull": ["$dismissed_at", None]},
            "dismissed_by": {"$ifNull": ["$dismissed_by", ""]},
        }
        return [{"$set": literal | kept}, {"$set": {"is_ongoing": _IS_ONGOING}}]


def find_ongoing(tenant_ids: Sequence[str]) -> list[Incident]:
    """The incidents of these tenants that are going on, the latest first."""
    match = {"tenant_id": {"$in": list(tenant_ids)}, "is_ongoing": True}
    return _shown(mongo.collection(INCIDENTS).find(match).sort(NEWEST).to_list())


def find_recent(tenant_ids: Sequence[str], *, since: datetime) -> list[Incident]:
    """The incidents of these tenants with a ticket after the time, without dismissed ones, the latest first."""
    match = {
        "tenant_id": {"$in": list(tenant_ids)},
        "found_at": {"$gt": since - LONGEST_SHOWN},
        "last_at": {"$gt": since},
        "dismissed_at": None,
    }
    return _shown(mongo.collection(INCIDENTS).find(match).sort(NEWEST).to_list())


def find_tenants_with_ongoing() -> set[str]:
    return set(mongo.collection(INCIDENTS).distinct("tenant_id", {"is_ongoing": True}))


def _find_customers(tenant_ids: Collection[str], found: Iterable[Document]) -> dict[str, dict[str, str]]:
    """The customers of the live tickets of incidents, by tenant and ticket."""
    customers: dict[str, dict[str, str]] = {}
    documents = list(found)
    for tenant_id in tenant_ids:
        ids = {id_ for each in documents if each["tenant_id"] == tenant_id for id_ in each["tickets"]}
        if ids:
            match = {"tenant_id": tenant_id, "external_id": {"$in": sorted(ids)}, "is_deleted": False}
            fields = {"_id": 0, "external_id": 1, "customer_id": 1}
            tickets = mongo.collection(TICKETS).find(match, fields, hint=ID_INDEX)
            customers[tenant_id] = {each["external_id"]: each["customer_id"] for each in tickets}
    return customers


def _shown(documents: Sequence[Document]) -> list[Incident]:
    customers = _find_customers({each["tenant_id"] for each in documents}, documents)
    return [_incident(each, customers.get(each["tenant_id"], {})) for each in documents]


def _incident(found: Document, customers: Mapping[str, str]) -> Incident:
    live = [each for each in found["tickets"] if each in customers]
    peak = found["peak"]
    return Incident(
        tenant_id=found["tenant_id"],
        number=found["number"],
        names=tuple(found["names"]),
        phrases=tuple(found["phrases"]),
        tickets=len(live),
        customers=len({customers[each] for each in live}),
        first_at=found["first_at"],
        last_at=found["last_at"],
        found_at=found["found_at"],
        ended_at=found["ended_at"],
        dismissed_at=found["dismissed_at"],
        dismissed_by=found["dismissed_by"],
        observed=peak["observed"],
        usual=peak["usual"],
        limit=peak["limit"],
        hours=peak["hours"],
        peak_at=peak["at"],
    )


def _followed(found: Document, customers: Mapping[str, str]) -> Followed:
    peak = found["peak"]
    assessment = Assessment(peak["observed"], peak["usual"], peak["limit"])
    live = tuple(each for each in found["tickets"] if each in customers)
    return Followed(
        number=found["number"],
        phrases=tuple(found["phrases"]),
        peak=UnusualPhrase(peak["phrase"], peak["hours"], peak["at"], assessment, frozenset()),
        tickets=live,
        customers=frozenset(customers[each] for each in live),
        first_at=found["first_at"],
        last_at=found["last_at"],
        found_at=found["found_at"],
        ended_at=found["ended_at"],
        dismissed_at=found["dismissed_at"],
        names=tuple(found["names"]),
    )
