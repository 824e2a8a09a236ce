"""Which roll-ups of a tenant are built, and which of its days are dirty and must be recounted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bson import ObjectId
from pymongo.client_session import ClientSession

from analytics.periods import Period
from analytics.rollups.blocks import days_touching
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tickets.store.collection_names import DIRTY_DAYS

COLLECTION = "rollup_state"

LAYOUT = 4
"""The version of the stored roll-ups; those of another version count as not built."""


@dataclass(frozen=True, slots=True)
class TopCustomers:
    """The customers with the highest scores and those with the most tickets over all time.

    The last of each list is the most that any other customer has.
    """

    by_score: tuple[tuple[str, int], ...] = ()
    by_total: tuple[tuple[str, int], ...] = ()
    tickets: int = 0
    """How many tickets all customers had together when they were counted."""

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for name, _ in (*self.by_score, *self.by_total))


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """The generation that readers use, its time zone, and the days it has.

    - `complete`: all larger blocks that end by this day are built.
    - `touched`: customers whose numbers may have grown since the top customers were counted.
    - `too_large`: the blocks (see `Block.number`) that are not stored because they have too many different values.
      Their days are read from the tickets.
    - `stamp`: changes whenever dirty days were recounted. With the same stamp and the same dirty days, the tickets
      are the same. None before the first.
    """

    generation: int
    zone: str
    complete: int
    first_day: int
    last_day: int
    top_customers: TopCustomers
    touched: tuple[str, ...]
    too_large: tuple[int, ...] = ()
    stamp: ObjectId | None = None


def find(tenant_id: str, *, session: ClientSession | None = None) -> Built | None:
    found = mongo.collection(COLLECTION).find_one({"_id": tenant_id, "layout": LAYOUT}, session=session)
    return _built(found) if found else None


def find_all(
    tenant_ids: Sequence[str] | None = None, *, with_top_customers: bool = False, session: ClientSession | None = None
) -> dict[str, Built]:
    """Of all tenants or of some, by tenant; only those that are built. Top customers are most of it, so they are optional."""
    wanted: Document = {"layout": LAYOUT}
    if tenant_ids is not None:
        wanted["_id"] = {"$in": list(tenant_ids)}
    fields = None if with_top_customers else {"leaders": 0, "touched": 0}
    return {each["_id"]: _built(each) for each in mongo.collection(COLLECTION).find(wanted, fields, session=session)}


def save(tenant_id: str, built: Built, *, session: ClientSession) -> None:
    stored = asdict(built)
    del stored["top_customers"]
    stored["leaders"] = {
        "by_score": _columns(built.top_customers.by_score),
        "by_total": _columns(built.top_customers.by_total),
        "tickets": built.top_customers.tickets,
    }
    stored |= {"layout": LAYOUT, "stamp": ObjectId()}
    mongo.collection(COLLECTION).replace_one({"_id": tenant_id}, stored, upsert=True, session=session)


def remove_dirty(tenant_id: str, records: Sequence[ObjectId], *, session: ClientSession) -> None:
    """After their days were recounted."""
    if records:
        mongo.collection(DIRTY_DAYS).delete_many({"_id": {"$in": list(records)}}, session=session)
        renew_stamp(tenant_id, session=session)


def renew_stamp(tenant_id: str, *, session: ClientSession | None = None) -> None:
    """From now on nobody uses what was cached under the old stamp."""
    mongo.collection(COLLECTION).update_one({"_id": tenant_id}, {"$set": {"stamp": ObjectId()}}, session=session)


def forget(tenant_id: str) -> None:
    """Delete the dirty days and roll-ups of a tenant that was deleted."""
    mongo.collection(COLLECTION).delete_one({"_id": tenant_id})
    for name in (DIRTY_DAYS, "rollup_days", "rollup_blocks", "rollup_leaders"):
        mongo.collection(name).delete_many({"tenant_id": tenant_id})


def dirty_days(records: Iterable[Mapping[str, Sequence[datetime]]], zone: ZoneInfo) -> list[int]:
    """The days of the zone that overlap the recorded days of UTC, ascending."""
    midnights = {midnight for record in records for midnight in record.get("days", ())}
    return sorted({day for midnight in midnights for day in days_of(midnight, zone)})


def days_of(midnight: datetime, zone: ZoneInfo) -> range:
    """The days of the zone that overlap a day of UTC: two, or three if one was skipped."""
    return days_touching(Period(midnight, midnight + timedelta(days=1)), zone)


def _built(found: Document) -> Built:
    values = {name: found[name] for name in ("generation", "zone", "complete", "first_day", "last_day")}
    top = found.get("leaders")
    return Built(
        **values,
        top_customers=_top_customers(top) if top else TopCustomers(),
        touched=tuple(found.get("touched", ())),
        too_large=tuple(found.get("too_large", ())),
        stamp=found.get("stamp"),
    )


def _top_customers(stored: Document) -> TopCustomers:
    return TopCustomers(_rows(stored["by_score"]), _rows(stored["by_total"]), stored["tickets"])


def _columns(top: Sequence[tuple[str, int]]) -> Document:
    """Two lists are read in a fraction of the time that a list of pairs takes."""
    return {"names": [name for name, _ in top], "numbers": [number for _, number in top]}


def _rows(stored: Document) -> tuple[tuple[str, int], ...]:
    return tuple(zip(stored["names"], stored["numbers"], strict=True))
