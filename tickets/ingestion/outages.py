"""Outages: one alert when something fails, and one when it has recovered.

Two things can fail: a tenant's helpdesk connection, which cannot be read, and an endpoint of its alerts, which accepts none.
A key of a connection that ends is alerted about ahead, too.
The collection `troubles` holds one document for each that was ever alerted about. A change of its state and the
messages about it are one transaction, so only one of any number of workers sends them.

Neither blips nor flapping cause alerts: a failure must last for a while, and so must a recovery, or nothing changes.
"""

import hashlib
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Literal

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from supportsaas import clock as system_clock
from supportsaas.clock import Clock, iso_z
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.ops.periodic_tasks import periodic_task
from supportsaas.reliability.circuit_breaker import FAILURES_TO_OPEN, CircuitState, Result, find_states
from tenants.models import Tenant
from tickets.alerts import deliveries
from tickets.alerts.acknowledging import stop_waiting
from tickets.alerts.channels import endpoint_of
from tickets.alerts.deliveries import NewDelivery
from tickets.alerts.model import Channel
from tickets.helpdesks.model import Source
from tickets.ingestion.ending_keys import find_ending_keys
from tickets.ingestion.sync_status import find_connection_statuses

COLLECTION = "troubles"
ENDPOINT_FAILS_AFTER = timedelta(minutes=2)
"""Without a single success since its circuit opened."""

HEALTHY_AFTER = timedelta(minutes=5)
"""Without a failure."""

Kind = Literal["source", "endpoint", "key"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Something that may fail for a tenant, its current state, and the sentences for a change.

    `is_failing` None: it has not failed long enough for an alert, and is not healthy either.
    """

    tenant: Tenant
    kind: Kind
    name: str
    is_failing: bool | None
    failure: str
    recovery: str

    @property
    def key(self) -> str:
        return f"{self.tenant.slug}\0{self.kind}\0{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """Something of a tenant that is failing and was alerted about."""

    kind: Kind
    name: str
    sentence: str
    since: datetime


def find_outages(tenant: Tenant) -> list[Outage]:
    """What is failing for the tenant, the longest first."""
    found = mongo.collection(COLLECTION).find({"tenant_id": tenant.slug, "is_failing": True}).sort("since", 1)
    return [
        Outage(kind=each["kind"], name=each["name"], sentence=each["sentence"], since=each["since"]) for each in found
    ]


def watch(*, clock: Clock | None = None) -> int:
    """Check everything once and alert about changes; how many changes."""
    now = clock() if clock else system_clock.now()
    tenants = {tenant.pk: tenant for tenant in Tenant.objects.filter(is_active=True)}
    enabled = Channel.objects.filter(enabled=True).select_related("tenant")
    channels = [each for each in enabled if each.tenant_id in tenants]
    known = {each["_id"]: each for each in mongo.collection(COLLECTION).find({"is_failing": True})}
    changes = 0
    seen = set()
    subjects = (
        *_endpoints(channels, now=now),
        *_sources(list(tenants.values()), now=now),
        *_keys(list(tenants.values()), now=now),
    )
    for subject in subjects:
        seen.add(subject.key)
        if _may_change(subject, known.get(subject.key)):
            changes += _observe(subject, channels, now=now)
    _forget(known.keys() - seen)
    return changes


@periodic_task("outages", every_seconds=15.0)
def _watch(_stop: threading.Event) -> None:
    watch()


def _may_change(subject: Subject, known: Document | None) -> bool:
    """Whether reading the document could lead to a change; usually not."""
    if known is None:
        return subject.is_failing is True
    return subject.is_failing is False or known["well_since"] is not None


def _observe(subject: Subject, channels: Iterable[Channel], *, now: datetime) -> bool:
    """Store the subject's state; whether it changed, which the same transaction alerts about."""
    others = [
        each
        for each in channels
        if each.tenant_id == subject.tenant.pk
        and not (subject.kind == "endpoint" and endpoint_of(each) == subject.name)
    ]
    recipients = [each for each in others if not each.only_escalations] or others

    def work(session: ClientSession) -> bool:
        outages = mongo.collection(COLLECTION)
        found = outages.find_one({"_id": subject.key}, session=session)
        values = _next_values(found, subject, now=now)
        if values is None:
            return False
        outages.update_one({"_id": subject.key}, {"$set": values}, upsert=True, session=session)
        if "is_failing" not in values:
            return False
        if found is not None and found["is_failing"]:
            stop_waiting(subject.tenant.slug, [_alert_of(subject, found["since"])], session=session)
        for channel in recipients:
            _alert(subject, channel, is_failing=values["is_failing"], now=now, session=session)
        return True

    try:
        return mongo.in_transaction(work)
    except DuplicateKeyError:
        return False  # two workers saw it first: the other one alerts


def _next_values(found: Document | None, subject: Subject, *, now: datetime) -> Document | None:
    """What changes in the document; None for nothing."""
    if found is None or not found["is_failing"]:
        return _new_outage(subject, now=now) if subject.is_failing is True else None
    if subject.is_failing is not False:
        return {"well_since": None} if found["well_since"] is not None else None
    if found["well_since"] is None:
        return {"well_since": now}
    if now - found["well_since"] < HEALTHY_AFTER:
        return None
    return {"is_failing": False, "sentence": subject.recovery, "since": now, "well_since": None}


def _new_outage(subject: Subject, *, now: datetime) -> Document:
    return {
        "tenant_id": subject.tenant.slug,
        "kind": subject.kind,
        "name": subject.name,
        "is_failing": True,
        "sentence": subject.failure,
        "since": now,
        "well_since": None,
    }


def _alert_of(subject: Subject, since: datetime) -> str:
    """What people acknowledge."""
    return f"outage {subject.kind} {subject.name} {iso_z(since)}"


def _alert(subject: Subject, channel: Channel, *, is_failing: bool, now: datetime, session: ClientSession) -> None:
    name = f"{subject.key}\0{is_failing}\0{now.isoformat()}\0{channel.pk}"
    new = NewDelivery(
        key=hashlib.blake2b(name.encode(), digest_size=16).hexdigest(),
        tenant_id=subject.tenant.slug,
        channel_id=str(channel.pk),
        kind="trouble" if is_failing else "recovery",
        headline=subject.failure if is_failing else subject.recovery,
        alerts=[_alert_of(subject, now)] if is_failing else [],
        escalation=channel.escalation,
    )
    deliveries.insert(new, session=session)


def _endpoints(channels: Iterable[Channel], *, now: datetime) -> Iterable[Subject]:
    by_endpoint: dict[tuple[str, str], list[Channel]] = {}
    for channel in channels:
        by_endpoint.setdefault((channel.tenant.slug, endpoint_of(channel)), []).append(channel)
    states = find_states(sorted({endpoint for _, endpoint in by_endpoint}))
    for (_, endpoint), using in by_endpoint.items():
        names = " and ".join(sorted(f"“{each.name}”" for each in using))
        rejections = _rejections_in_a_row(states[endpoint])
        yield Subject(
            tenant=using[0].tenant,
            kind="endpoint",
            name=endpoint,
            is_failing=_is_endpoint_failing(states[endpoint], now=now),
            failure=f"Alerts to {names} do not arrive. {rejections[0].note}"
            if rejections
            else f"Alerts to {names} do not get through. They are kept and sent when the endpoint answers again.",
            recovery=f"Alerts to {names} get through again.",
        )


def _is_endpoint_failing(state: CircuitState, *, now: datetime) -> bool | None:
    rejections = _rejections_in_a_row(state)
    since = state.failing_since or (rejections[-1].at if rejections else None)
    if since is None:
        return False
    return True if now - since >= ENDPOINT_FAILS_AFTER else None


def _rejections_in_a_row(state: CircuitState) -> list[Result]:
    """The last requests, newest first, if they show that nothing arrives though the endpoint answers.

    One request is enough if the settings are wrong; otherwise it takes five rejected messages in a row.
    """
    run = list(takewhile(lambda each: each.fault, state.results))
    return run if run and (run[0].fault == "settings" or len(run) >= FAILURES_TO_OPEN) else []


def _sources(tenants: Sequence[Tenant], *, now: datetime) -> Iterable[Subject]:
    by_pk = {each.pk: each for each in tenants}
    enabled = Source.objects.filter(enabled=True).select_related("tenant")
    sources = sorted((each for each in enabled if each.tenant_id in by_pk), key=lambda each: each.key)
    statuses = find_connection_statuses(sources, now=now)
    several = Counter(each.tenant_id for each in sources)
    for source in sources:
        status = statuses[source.key]
        the_helpdesk = f"The helpdesk “{source.title}”" if several[source.tenant_id] > 1 else "The helpdesk"
        yield Subject(
            tenant=by_pk[source.tenant_id],
            kind="source",
            name=source.name if source.prefix else "helpdesk",
            is_failing=status.is_failing,
            failure=f"{the_helpdesk} cannot be read: {status.failures} syncs in a row failed. New tickets do not arrive.",
            recovery=f"{the_helpdesk} can be read again. The tickets that arrived there in the meantime are imported.",
        )


def _keys(tenants: Sequence[Tenant], *, now: datetime) -> Iterable[Subject]:
    """A new end date removes the outage without an alert."""
    for each in find_ending_keys(tenants, now=now):
        yield Subject(
            tenant=each.tenant, kind="key", name=each.name, is_failing=True, failure=each.sentence, recovery=""
        )


def _forget(keys: Iterable[str]) -> None:
    """What is no longer used is neither failing nor healthy."""
    if unused := sorted(keys):
        mongo.collection(COLLECTION).delete_many({"_id": {"$in": unused}})
