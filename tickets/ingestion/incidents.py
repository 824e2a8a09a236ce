"""Says once that something fails, and once that it is well again: a duty of every worker.

Two things can fail: a tenant's helpdesk, which cannot be read, and an endpoint of its alerts, which takes none.
`troubles` holds one document for each that was ever told of. A change of its state and the messages
about it are one transaction, so of any number of workers one tells.

Neither blips nor flapping are told: what fails must go on failing for a while, and who was ill must be
well for a while, or nothing changes.
"""

import hashlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Literal

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from supportsaas import clock as system_clock
from supportsaas.clock import Clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.ops.periodic_tasks import periodic_task
from supportsaas.reliability.circuit_breaker import FAILURES_TO_OPEN, CircuitState, Result, find_states
from tenants.models import Tenant
from tickets.alerts import deliveries
from tickets.alerts.channels import endpoint_of
from tickets.alerts.deliveries import NewDelivery
from tickets.alerts.model import Channel
from tickets.helpdesks.model import Source
from tickets.ingestion.sync_status import Standing, find_standings

COLLECTION = "troubles"
ENDPOINT_FAILS_AFTER = timedelta(minutes=2)
"""So long without a single success since its circuit opened."""

SOURCE_FAILS_AFTER = 2
"""Reads in a row."""

WELL_AFTER = timedelta(minutes=5)
"""So long without a failure."""

Kind = Literal["source", "endpoint"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What may fail for a tenant, how it is at this moment, and the sentences for a change.

    `is_failing` None: neither long enough ill to be told of, nor well.
    """

    tenant: Tenant
    kind: Kind
    name: str
    is_failing: bool | None
    trouble: str
    recovery: str

    @property
    def key(self) -> str:
        return f"{self.tenant.slug}\0{self.kind}\0{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something of a tenant that fails at this moment and was told of."""

    kind: Kind
    name: str
    sentence: str
    since: datetime


def find_troubles(tenant: Tenant) -> list[Trouble]:
    """What fails for the tenant, the longest first."""
    found = mongo.collection(COLLECTION).find({"tenant_id": tenant.slug, "is_failing": True}).sort("since", 1)
    return [
        Trouble(kind=each["kind"], name=each["name"], sentence=each["sentence"], since=each["since"]) for each in found
    ]


def watch(*, clock: Clock | None = None) -> int:
    """Look at everything once, and tell what has changed; how many changes."""
    now = clock() if clock else system_clock.now()
    tenants = {tenant.slug: tenant for tenant in Tenant.objects.filter(is_active=True)}
    channels = [
        each
        for each in Channel.objects.filter(enabled=True).select_related("tenant")
        if each.tenant_id in _keys(tenants)
    ]
    known = {each["_id"]: each for each in mongo.collection(COLLECTION).find({"is_failing": True})}
    changes = 0
    seen = set()
    for subject in (*_endpoints(tenants, channels, now=now), *_sources(tenants)):
        seen.add(subject.key)
        if _may_change(subject, known.get(subject.key)):
            changes += _observe(subject, channels, now=now)
    _forget(known.keys() - seen)
    return changes


def _may_change(subject: Subject, known: Document | None) -> bool:
    """Whether a look at the document could end in a change; most often not."""
    if known is None:
        return subject.is_failing is True
    return subject.is_failing is False or known["well_since"] is not None


def _observe(subject: Subject, channels: Iterable[Channel], *, now: datetime) -> bool:
    """Take the subject's state down; whether that was a change, which is told in the same transaction."""
    to_tell = [
        each
        for each in channels
        if each.tenant_id == subject.tenant.pk
        and not (subject.kind == "endpoint" and endpoint_of(each) == subject.name)
    ]

    def work(session: ClientSession) -> bool:
        troubles = mongo.collection(COLLECTION)
        found = troubles.find_one({"_id": subject.key}, session=session)
        values = _next(found, subject, now=now)
        if values is None:
            return False
        troubles.update_one({"_id": subject.key}, {"$set": values}, upsert=True, session=session)
        if "is_failing" not in values:
            return False
        for channel in to_tell:
            _tell(subject, channel, is_failing=values["is_failing"], now=now, session=session)
        return True

    try:
        return mongo.in_transaction(work)
    except DuplicateKeyError:
        return False  # two first-time watchers: the other one tells


def _next(found: Document | None, subject: Subject, *, now: datetime) -> Document | None:
    """What changes in the document; None for nothing."""
    was_failing = found is not None and found["is_failing"]
    if not was_failing:
        if subject.is_failing is not True:
            return None
        return {
            "tenant_id": subject.tenant.slug,
            "kind": subject.kind,
            "name": subject.name,
            "is_failing": True,
            "sentence": subject.trouble,
            "since": now,
            "well_since": None,
        }
    assert found is not None
    if subject.is_failing is not False:
        return {"well_since": None} if found["well_since"] is not None else None
    if found["well_since"] is None:
        return {"well_since": now}
    if now - found["well_since"] < WELL_AFTER:
        return None
    return {"is_failing": False, "sentence": subject.recovery, "since": now, "well_since": None}


def _tell(subject: Subject, channel: Channel, *, is_failing: bool, now: datetime, session: ClientSession) -> None:
    name = f"{subject.key}\0{is_failing}\0{now.isoformat()}\0{channel.pk}"
    new = NewDelivery(
        key=hashlib.blake2b(name.encode(), digest_size=16).hexdigest(),
        tenant_id=subject.tenant.slug,
        channel_id=str(channel.pk),
        kind="trouble" if is_failing else "recovery",
        headline=subject.trouble if is_failing else subject.recovery,
    )
    deliveries.insert(new, session=session)


def _endpoints(tenants: dict[str, Tenant], channels: Iterable[Channel], *, now: datetime) -> Iterable[Subject]:
    by_tenant: dict[tuple[str, str], list[str]] = {}
    slugs = {tenant.pk: slug for slug, tenant in tenants.items()}
    for channel in channels:
        by_tenant.setdefault((slugs[channel.tenant_id], endpoint_of(channel)), []).append(channel.name)
    states = find_states(sorted({endpoint for _, endpoint in by_tenant}))
    for (slug, endpoint), names in by_tenant.items():
        words = " and ".join(f"“{name}”" for name in sorted(names))
        refused = _refused(states[endpoint])
        yield Subject(
            tenant=tenants[slug],
            kind="endpoint",
            name=endpoint,
            is_failing=_is_endpoint_failing(states[endpoint], now=now),
            trouble=f"Alerts over {words} do not arrive. {refused[0].note}"
            if refused
            else f"Alerts do not get through over {words}. They are kept and go out when the endpoint answers again.",
            recovery=f"Alerts get through over {words} again.",
        )


def _is_endpoint_failing(state: CircuitState, *, now: datetime) -> bool | None:
    refused = _refused(state)
    since = state.failing_since or (refused[-1].at if refused else None)
    if since is None:
        return False
    return True if now - since >= ENDPOINT_FAILS_AFTER else None


def _refused(state: CircuitState) -> list[Result]:
    """The last requests, newest first, where they show that nothing arrives though no endpoint is away.

    That is so at once where the settings are wrong, and where five messages in a row were refused.
    """
    run = list(takewhile(lambda each: each.fault, state.results))
    return run if run and (run[0].fault == "settings" or len(run) >= FAILURES_TO_OPEN) else []


def _sources(tenants: dict[str, Tenant]) -> Iterable[Subject]:
    configured = set(Source.objects.filter(enabled=True).values_list("tenant__slug", flat=True)) & tenants.keys()
    standings = find_standings(sorted(configured))
    for slug in sorted(configured):
        standing = standings.get(slug, Standing())
        yield Subject(
            tenant=tenants[slug],
            kind="source",
            name="helpdesk",
            is_failing=_is_source_failing(standing),
            trouble=f"The helpdesk cannot be read: {standing.failures} reads in a row failed. New tickets do not come in.",
            recovery="The helpdesk is read again. What had come in there meanwhile is here now.",
        )


def _is_source_failing(standing: Standing) -> bool | None:
    if standing.failures == 0:
        return False
    return True if standing.failures >= SOURCE_FAILS_AFTER else None


def _forget(keys: Iterable[str]) -> None:
    """What nobody uses any more is neither ill nor well."""
    if gone := sorted(keys):
        mongo.collection(COLLECTION).delete_many({"_id": {"$in": gone}})


def _keys(tenants: dict[str, Tenant]) -> set[object]:
    return {tenant.pk for tenant in tenants.values()}


@periodic_task("troubles", every_seconds=15.0)
def _watch(_stop: threading.Event) -> None:
    watch()
