"""What is built of a tenant's roll-ups, and what its marks say is to be counted anew."""

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
"""Of the collections of roll-ups; what was built in another one counts as not built."""


@dataclass(frozen=True, slots=True)
class Leaders:
    """The customers with the highest scores and with the most tickets over all time, and the most that
    any other customer has of either."""

    by_score: tuple[tuple[str, int], ...] = ()
    by_total: tuple[tuple[str, int], ...] = ()
    tickets: int = 0
    """How many all customers had together when they were counted."""

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for name, _ in (*self.by_score, *self.by_total))


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """The generation that readers use, its time zone, and the days it has.

    `complete`: all larger blocks that end by this day are there. `touched`: the customers whose
    numbers may have grown since the leaders were counted. `too_large`: the blocks (see `Block.number`) of so many
    different values that they are not kept; their days are read from the tickets. `stamp`: another one whenever marks were
    taken away, so with the same stamp and the same marks the tickets are the same (None before the first).
    """

    generation: int
    zone: str
    complete: int
    first_day: int
    last_day: int
    leaders: Leaders
    touched: tuple[str, ...]
    too_large: tuple[int, ...] = ()
    stamp: ObjectId | None = None


def find(tenant_id: str, *, session: ClientSession | None = None) -> Built | None:
    found = mongo.collection(COLLECTION).find_one({"_id": tenant_id, "layout": LAYOUT}, session=session)
    return _built(found) if found else None


def find_all(
    tenant_ids: Sequence[str] | None = None, *, leaders: bool = False, session: ClientSession | None = None
) -> dict[str, Built]:
    """Of all tenants, or of some, by tenant; only those that are built. Who leads is most of it, and left out unless asked for."""
    wanted: Document = {"layout": LAYOUT}
    if tenant_ids is not None:
        wanted["_id"] = {"$in": list(tenant_ids)}
    fields = None if leaders else {"leaders": 0, "touched": 0}
    return {each["_id"]: _built(each) for each in mongo.collection(COLLECTION).find(wanted, fields, session=session)}


def save(tenant_id: str, built: Built, *, session: ClientSession) -> None:
    leaders = {
        "by_score": _parted(built.leaders.by_score),
        "by_total": _parted(built.leaders.by_total),
        "tickets": built.leaders.tickets,
    }
    stored = {**asdict(built), "leaders": leaders, "layout": LAYOUT, "stamp": ObjectId()}
    mongo.collection(COLLECTION).replace_one({"_id": tenant_id}, stored, upsert=True, session=session)


def take_away(tenant_id: str, marks: Sequence[ObjectId], *, session: ClientSession) -> None:
    """What they marked is counted."""
    if marks:
        mongo.collection(DIRTY_DAYS).delete_many({"_id": {"$in": list(marks)}}, session=session)
        stamp_anew(tenant_id, session=session)


def stamp_anew(tenant_id: str, *, session: ClientSession | None = None) -> None:
    """Nobody uses any longer what was counted with the old stamp."""
    mongo.collection(COLLECTION).update_one({"_id": tenant_id}, {"$set": {"stamp": ObjectId()}}, session=session)


def forget(tenant_id: str) -> None:
    """The tenant is gone: its marks and roll-ups go, too."""
    mongo.collection(COLLECTION).delete_one({"_id": tenant_id})
    for name in (DIRTY_DAYS, "rollup_days", "rollup_blocks", "rollup_leaders"):
        mongo.collection(name).delete_many({"tenant_id": tenant_id})


def days_of_marks(marks: Iterable[Mapping[str, Sequence[datetime]]], zone: ZoneInfo) -> list[int]:
    """The days of the zone that the marked days of UTC touch, ascending."""
    marked = {midnight for mark in marks for midnight in mark.get("days", ())}
    return sorted({day for midnight in marked for day in days_of(midnight, zone)})


def days_of(midnight: datetime, zone: ZoneInfo) -> range:
    """The days of the zone that a day of UTC touches: two, or three where one was skipped."""
    return days_touching(Period(midnight, midnight + timedelta(days=1)), zone)


def _built(found: Document) -> Built:
    values = {name: found[name] for name in ("generation", "zone", "complete", "first_day", "last_day")}
    kept = found.get("leaders")
    leaders = Leaders(_paired(kept["by_score"]), _paired(kept["by_total"]), kept["tickets"]) if kept else Leaders()
    return Built(
        **values,
        leaders=leaders,
        touched=tuple(found.get("touched", ())),
        too_large=tuple(found.get("too_large", ())),
        stamp=found.get("stamp"),
    )


def _parted(leaders: Sequence[tuple[str, int]]) -> Document:
    """Two lists are read in a fraction of the time that a list of pairs takes."""
    return {"names": [name for name, _ in leaders], "numbers": [number for _, number in leaders]}


def _paired(kept: Document) -> tuple[tuple[str, int], ...]:
    return tuple(zip(kept["names"], kept["numbers"], strict=True))
