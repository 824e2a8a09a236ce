"""Rejected records as a source: the records in quarantine go through the same run again.

No request is sent to a helpdesk. A record is mapped with the current settings of the connection that it came from, so that
corrected settings let it in.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from supportsaas.db.mongo import Document
from supportsaas.formatting import format_count
from tenants.models import Tenant
from tickets.helpdesks import open_source
from tickets.helpdesks.base import Drift, Page, Position, SourceRecord, TicketSource
from tickets.helpdesks.model import AuthKind, Source
from tickets.ingestion import name_spaces
from tickets.jobs import Progress
from tickets.records.origin import PLAIN
from tickets.store import quarantine

PAGE_SIZE = 200


class QuarantineSource(TicketSource):
    """Yields the tenant's rejected records, or those of `keys`, in pages.

    `settle` has to be the run's listener: a page's records leave quarantine when the run has stored the page, not
    when it has read it. Records that are rejected again stay. A record that turns out to be another tenant's leaves
    too: it is counted as foreign and not shown here.
    """

    supports_since = False
    lists_everything = False
    drift: Drift = "none"

    def __init__(self, tenant: Tenant, *, job_id: str, keys: Sequence[str] = ()) -> None:
        self._tenant = tenant
        self._job_id = job_id
        self._keys = keys
        self._mappings: dict[str, TicketSource] = {}
        self._origins = name_spaces.origins_by_name(tenant)
        self._connected = {name_spaces.origin_of(each).prefix: each for each in name_spaces.find_sources(tenant)}
        if not self._connected:  # records that were imported before a connection was removed
            self._connected[PLAIN.prefix] = Source(tenant=tenant)
        self._unsettled: dict[int, list[str]] = {}

    def describe(self, first: Page) -> str:
        return f"{format_count(first.total_count or 0, 'rejected record')} to retry."

    def pages(self, *, since: datetime | None = None, start: Position | None = None) -> Iterator[Page]:
        """All records from the start: those of an earlier page have left or do not come again in this run."""
        total = quarantine.count_whole(self._tenant, self._keys)
        number = 0
        last: Document | None = None
        while found := quarantine.find_to_retry(
            self._tenant, self._keys, job_id=self._job_id, after=last, limit=PAGE_SIZE
        ):
            last = found[-1]
            number += 1
            self._unsettled[number] = [each["_id"] for each in found]
            yield Page(
                records=[self._again(each) for each in found],
                position=Position(number - 1, last["_id"]),
                total_pages=max(-(-total // PAGE_SIZE), number),
                total_count=total,
            )

    def record(self, raw: Any) -> SourceRecord:
        """As a record of the tenant's first connection, or by the native protocol if there is none."""
        return self._mapping(PLAIN.prefix).record(raw)

    def settle(self, progress: Progress) -> None:
        """Remove the records of every page that the run has stored from quarantine."""
        for number in sorted(self._unsettled):
            if number > progress.processed_pages:
                return
            quarantine.drop_retried(self._tenant, self._unsettled.pop(number), job_id=self._job_id)

    def find_deleted_ids(self) -> list[str]:
        return []

    def close(self) -> None:
        for each in self._mappings.values():
            each.close()

    def _again(self, kept: Document) -> SourceRecord:
        """The record with its own name space. One of a former helpdesk stays: how to map it is no longer known."""
        raw, place = json.loads(kept["payload"]), kept.get("place", "")
        origin = self._origins.get(kept.get("connection", ""), PLAIN)
        problem = (kept["field"], kept["reason"])
        if place:
            fields = json.loads(kept["fields"]) if kept["fields"] is not None else None
            return SourceRecord(fields, raw, place=place, problem=problem, origin=origin)
        if origin.prefix not in self._connected:
            return SourceRecord(None, raw, problem=problem, origin=origin)
        return replace(self._mapping(origin.prefix).record(raw), origin=origin)

    def _mapping(self, prefix: str) -> TicketSource:
        """Maps as the connection whose ids have this prefix, without what only a request needs."""
        if prefix not in self._mappings:
            connected = self._connected.get(prefix) or Source(tenant=self._tenant)
            connected.auth, connected.auth_name, connected.encrypted_secret = AuthKind.NONE, "", ""
            self._mappings[prefix] = open_source(connected)
        return self._mappings[prefix]
