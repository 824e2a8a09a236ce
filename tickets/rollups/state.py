"""The state of a tenant's roll-ups: which generation readers use, and which one is being built.

Every write of tickets changes this document first, in its own transaction. So of two transactions that change the
numbers of a tenant, MongoDB repeats one, and `version` says whether the tickets are still the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bson import ObjectId
from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tenants.models import Tenant
from tickets.records.collection_names import TICKETS
from tickets.rollups.blocks import Block, day_of
from tickets.rollups.differences import EVERYTHING, WORK_ONLY, fields_to_slice, slice_name

COLLECTION: Final = "rollup_state"

LAYOUT: Final = 7
"""The version of the stored roll-ups; those of another version count as not built."""

DAYS_WITH_HOURS: Final = 35
"""How many days before the first roll-ups have hours. They would be most of what an import writes, and they are read only
for the first and the last day of a period."""

BuiltUpTo = tuple[datetime, str]
"""Creation and id of the last ticket that is counted in a generation that is being built."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """A generation that is being built, ticket by ticket in the order of their creation, up to `last`."""

    generation: int
    zone: str
    sliced_fields: tuple[str, ...]
    last: BuiltUpTo | None

    def has(self, ticket: Mapping[str, Any]) -> bool:
        """Whether this version of a ticket is counted already."""
        return self.last is not None and (ticket["created_at"], ticket["external_id"]) <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class RollupState:
    """`generation` is what readers use; 0 if none is built. None is built of a tenant that `has_too_many_values`.

    - `sliced_fields`: those of which each value has numbers of its own (`fields_to_slice`).
    - `first_day`, `last_day`: the days that have numbers lie between them; None if none has.
    - `id`: another one if the tenant was deleted and created again.
    - `values`: the values of each field, at the place of their code in the roll-ups.
    - `word_blocks`: the larger blocks whose keywords are stored.
    - `hours_since`: from this day on, hours are stored, too. Parts of earlier days are read from the tickets.
    - `version`: with the same version the tickets are the same.
    """

    id: ObjectId
    generation: int
    zone: str
    sliced_fields: tuple[str, ...]
    version: int
    first_day: int | None
    last_day: int | None
    values: Mapping[str, Sequence[str]]
    word_blocks: frozenset[Block]
    hours_since: int
    building: Building | None = None
    has_too_many_values: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether readers have roll-ups and no others are being built."""
        return self.is_readable and self.building is None

    @property
    def is_readable(self) -> bool:
        return self.generation > 0


def find(tenant_id: str, *, session: ClientSession | None = None) -> RollupState | None:
    found = mongo.collection(COLLECTION).find_one({"_id": tenant_id, "layout": LAYOUT}, session=session)
    return _state(found) if found else None


def find_all(
    tenant_ids: Sequence[str] | None = None,
    *,
    session: ClientSession | None = None,
    with_words: bool = True,
    with_work: bool = False,
) -> dict[str, RollupState]:
    """Of all tenants or of some, by tenant; only those that have one.

    Without `with_words`, their `word_blocks` are left out: they are most of what is read. Only `with_work`, their `values`
    have the fields that only work is counted by.
    """
    wanted: Document = {"layout": LAYOUT}
    if tenant_ids is not None:
        wanted["_id"] = {"$in": list(tenant_ids)}
    fields: Document = {} if with_words else {"word_blocks": 0}
    if not with_work:
        fields |= {f"values.{name}": 0 for name in WORK_ONLY}
    return {
        each["_id"]: _state(each) for each in mongo.collection(COLLECTION).find(wanted, fields or None, session=session)
    }


def find_incomplete() -> list[str]:
    """The tenants whose readers have no roll-ups yet, or for which others are being built."""
    match = {"layout": LAYOUT, "$or": [{"generation": {"$lte": 0}}, {"building": {"$ne": None}}]}
    return [each["_id"] for each in mongo.collection(COLLECTION).find(match, {"_id": 1})]


def begin_write(tenant: Tenant, *, session: ClientSession) -> RollupState:
    """Claim the tenant's numbers for this transaction, before it writes any ticket.

    The roll-ups of a tenant without tickets are complete at once. Those of a tenant that has some are built later.
    """
    states = mongo.collection(COLLECTION)
    found = states.find_one_and_update(
        {"_id": tenant.slug, "layout": LAYOUT},
        {"$inc": {"version": 1}},
        session=session,
        return_document=ReturnDocument.AFTER,
    )
    if found is not None:
        return _state(found)
    is_empty = mongo.collection(TICKETS).find_one({"tenant_id": tenant.slug}, {"_id": 1}, session=session) is None
    sliced = list(fields_to_slice({}))
    stored: Document = {
        "id": ObjectId(),
        "layout": LAYOUT,
        "generation": 1 if is_empty else 0,
        "zone": tenant.timezone,
        "sliced_fields": sliced,
        "version": 1,
        "values": {},
        "word_blocks": [],
        "hours_since": day_of(clock.now(), tenant.zone) - DAYS_WITH_HOURS,
        "building": None
        if is_empty
        else {"generation": 1, "zone": tenant.timezone, "sliced_fields": sliced, "last": None},
    }
    states.replace_one({"_id": tenant.slug}, stored, upsert=True, session=session)
    return _state(stored)


def save_changes(
    tenant_id: str,
    found: RollupState,
    *,
    values: Mapping[str, Sequence[str]],
    days: Iterable[int],
    session: ClientSession,
) -> None:
    """Add new values and days that have numbers. Most writes have neither, and cost nothing here."""
    change: Document = {}
    first, last = found.first_day, found.last_day
    days = [day for day in days if first is None or last is None or not first <= day <= last]
    if values:
        change["$push"] = {f"values.{name}": {"$each": list(added)} for name, added in values.items()}
    if days:
        change |= {"$min": {"first_day": min(days)}, "$max": {"last_day": max(days)}}
    if change:
        mongo.collection(COLLECTION).update_one({"_id": tenant_id}, change, session=session)


def save_word_blocks(tenant_id: str, blocks: Iterable[Block], *, session: ClientSession) -> None:
    stored = sorted([each.days, each.first] for each in blocks)
    _set(tenant_id, {"word_blocks": stored}, session=session)


def save_building(tenant_id: str, building: Building, *, session: ClientSession) -> None:
    last = {"created_at": building.last[0], "external_id": building.last[1]} if building.last else None
    stored = {
        "generation": building.generation,
        "zone": building.zone,
        "sliced_fields": list(building.sliced_fields),
        "last": last,
    }
    _set(tenant_id, {"building": stored, "has_too_many_values": False}, session=session)


def use_built(tenant_id: str, built: Building, *, session: ClientSession) -> None:
    """From now on, readers and writers use the generation that is complete."""
    values = {
        "generation": built.generation,
        "zone": built.zone,
        "sliced_fields": list(built.sliced_fields),
        "building": None,
        "word_blocks": [],
    }
    _set(tenant_id, values, session=session)


def give_up(tenant_id: str, *, session: ClientSession) -> None:
    """The tenant has too many values. From now on its numbers are counted from its tickets, until they are built again."""
    values: Document = {"generation": 0, "building": None, "values": {}, "word_blocks": [], "has_too_many_values": True}
    _set(tenant_id, values, session=session)


def _set(tenant_id: str, values: Document, *, session: ClientSession) -> None:
    mongo.collection(COLLECTION).update_one({"_id": tenant_id}, {"$set": values}, session=session)


def _state(found: Mapping[str, Any]) -> RollupState:
    building = found["building"]
    return RollupState(
        id=found["id"],
        generation=found["generation"],
        zone=found["zone"],
        sliced_fields=tuple(found["sliced_fields"]),
        version=found["version"],
        first_day=found.get("first_day"),
        last_day=found.get("last_day"),
        values=found["values"],
        word_blocks=frozenset(Block(days, first) for days, first in found.get("word_blocks", ())),
        hours_since=found["hours_since"],
        building=_building(building) if building else None,
        has_too_many_values=found.get("has_too_many_values", False),
    )


def _building(stored: Mapping[str, Any]) -> Building:
    last = stored["last"]
    return Building(
        generation=stored["generation"],
        zone=stored["zone"],
        sliced_fields=tuple(stored["sliced_fields"]),
        last=(last["created_at"], last["external_id"]) if last else None,
    )


def slices_of(found: RollupState) -> list[str]:
    """Everything, and each value of the fields that numbers can be narrowed to."""
    named = [slice_name(name, code) for name in found.sliced_fields for code in range(len(found.values.get(name, ())))]
    return [EVERYTHING, *named]
