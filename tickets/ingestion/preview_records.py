"""A connection's tickets as they would be stored, and the records that would be rejected. Nothing is stored.

The page that sets up a connection and `manage.py source preview` show the same.
"""

import copy
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from supportsaas.crypto import SecretUnreadable
from supportsaas.formatting import format_count
from tenants.audit.secret_names import HIDDEN, hide_secrets
from tickets.classification.verdicts import Classification
from tickets.helpdesks.base import SourceRecord
from tickets.helpdesks.http import Wait, sleep_plainly
from tickets.helpdesks.model import Source, SourceKind
from tickets.helpdesks.options import rest_options
from tickets.ingestion.checking import left_out_sentences, read_sample
from tickets.ingestion.mapping_problems import find_mapping_problems
from tickets.ingestion.name_spaces import origin_of
from tickets.ingestion.time_limit import answer_in_time
from tickets.planning.reading import classify, read_records
from tickets.records.details import LeftOut
from tickets.records.normalize import TicketContent, as_text
from tickets.records.rejections import ReasonCount, group_reasons
from tickets.records.statuses import SpelledStatus, join_spellings, state_of
from tickets.rules.classifier import find_classifier
from tickets.status_mapping.model import find_status_map

LIMIT: Final = 10
"""Tickets, and rejected records, that are shown."""
LARGEST_PAGE: Final = 100
PAGE_SECONDS: Final = 10.0
"""A page waits no longer for the helpdesk."""
LONGEST_RAW: Final = 8_000
_LONGEST_KEPT: Final = 200
_SETTING: Final = re.compile(r" \(absent=\w+\)")
_SHORTEST_SECRET: Final = 4
"""A shorter key is not searched for in records: it would be found everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewedTicket:
    """A ticket as it would be stored. `their_status` is the helpdesk's own, `raw` the record as JSON without secrets."""

    id: str
    subject: str
    message: str
    customer: str
    their_status: str
    status: str
    created_at: datetime
    assignee: str
    team: str
    classification: Classification
    raw: str

    @property
    def is_status_known(self) -> bool:
        return state_of(self.status) != "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewedRejection:
    """A record that would be rejected: the field, the reason, and the record as JSON without secrets."""

    id: str
    field: str
    reason: str
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsPreview:
    """A sample of a connection's records, and what would become of them.

    `sentence` is about the connection. `tickets` and `rejected` hold the first few; `accepted`, `rejections`, `foreign`
    (they name another tenant) and `skipped` (the settings leave them out) count all of the sample. `unknown_statuses`
    are those that nobody has mapped. `problems` are about fields.
    """

    sentence: str
    tickets: tuple[PreviewedTicket, ...]
    rejected: tuple[PreviewedRejection, ...]
    accepted: int
    rejections: int
    reasons: tuple[ReasonCount, ...]
    foreign: int
    skipped: int
    unknown_statuses: tuple[SpelledStatus, ...]
    problems: tuple[str, ...]
    is_misspelt: bool = False

    @property
    def plain_sentence(self) -> str:
        """The sentence without the name of the setting that it follows from, for pages."""
        return _SETTING.sub("", self.sentence)

    @property
    def read(self) -> int:
        return self.accepted + self.rejections + self.foreign

    @property
    def is_usable(self) -> bool:
        """Whether a sync would store at least some tickets, as far as the sample shows."""
        return not self.is_misspelt and (self.accepted > 0 or not self.read)

    @property
    def why_unusable(self) -> str:
        """A sentence; empty if the connection can be used."""
        if self.is_usable:
            return ""
        if self.is_misspelt:
            return "A field that you mapped is in none of the records. Correct the connector settings."
        if not self.rejections:
            return f"All {format_count(self.foreign, 'record')} belong to another tenant, so none would be imported."
        return f"All {format_count(self.read, 'record')} would be rejected, so none would be imported."


def preview_records(source: Source, *, limit: int = LIMIT, wait: Wait = sleep_plainly) -> RecordsPreview:
    """Read the first page of the helpdesk and map it. The source need not be stored.

    Raises `SourceError`, and whatever `wait` raises.
    """
    sentence, records = read_sample(_with_small_pages(source), wait)
    return _preview(source, sentence, records, limit=limit)


def preview_in_time(source: Source, *, key: str, seconds: float = PAGE_SECONDS) -> RecordsPreview:
    """As `preview_records`, but raises `SourceError` if the helpdesk takes longer than `seconds`. `key` names the test."""
    host, asked = urlsplit(source.url).netloc, _with_small_pages(source)
    sentence, records = answer_in_time(
        lambda wait: read_sample(asked, wait), key=("preview", key), host=host, seconds=seconds
    )
    return _preview(source, sentence, records, limit=LIMIT)


def _with_small_pages(source: Source) -> Source:
    """A copy that requests no more tickets at once than a preview needs."""
    found = copy.copy(source)
    found.page_size = min(source.page_size, LARGEST_PAGE)
    return found


def _preview(source: Source, sentence: str, listed: Sequence[SourceRecord], *, limit: int) -> RecordsPreview:
    tenant = source.tenant
    records = [each for each in listed if not each.is_skipped]
    statuses, classifier = find_status_map(tenant), find_classifier(tenant)
    origin, write = origin_of(source), _RawWriter(source)
    tickets: list[PreviewedTicket] = []
    rejected: list[PreviewedRejection] = []
    reasons: list[tuple[str, str]] = []
    left_out: list[LeftOut] = []
    unknown: Counter[str] = Counter()
    accepted = foreign = 0
    for record in records:
        read = read_records(
            [record], tenant_id=tenant.slug, classifier_version=classifier.version, origin=origin, statuses=statuses
        )
        foreign += read.foreign
        left_out += read.left_out()
        for each in read.tickets:
            accepted += 1
            if state_of(each.content.status) == "unknown":
                unknown[each.content.status] += 1
            if len(tickets) < limit:
                verdict = classify(each.content, classifier=classifier)
                tickets.append(_ticket(record, each.content, verdict.classification, write))
        for refused in read.quarantined:
            reasons.append((refused.field, write.line(refused.reason)))
            if len(rejected) < limit:
                rejected.append(
                    PreviewedRejection(
                        id=write.line(refused.external_id),
                        field=refused.field,
                        reason=write.line(refused.reason),
                        raw=write(record.raw),
                    )
                )
    mapping = find_mapping_problems(source, [each.raw for each in records])
    return RecordsPreview(
        sentence=sentence,
        tickets=tuple(tickets),
        rejected=tuple(rejected),
        accepted=accepted,
        rejections=len(reasons),
        reasons=tuple(group_reasons(reasons)),
        foreign=foreign,
        skipped=len(listed) - len(records),
        unknown_statuses=tuple(join_spellings(unknown)),
        problems=(*mapping.sentences, *left_out_sentences(left_out)),
        is_misspelt=mapping.is_misspelt,
    )


def _ticket(
    record: SourceRecord, content: TicketContent, classification: Classification, write: "_RawWriter"
) -> PreviewedTicket:
    fields = record.fields or {}
    return PreviewedTicket(
        id=write.line(content.external_id),
        subject=write.line(content.subject),
        message=write.line(content.message),
        customer=write.line(fields.get("customer_name")) or write.line(content.customer_id),
        their_status=write.their_status(record, content),
        status=content.status,
        created_at=content.created_at,
        assignee=write.line(fields.get("assignee")),
        team=write.line(fields.get("team")),
        classification=classification,
        raw=write(record.raw),
    )


class _RawWriter:
    """Writes records as people read them, without the connection's key and without what looks like a secret."""

    def __init__(self, source: Source) -> None:
        try:
            self._secret = source.reveal_secret()
        except SecretUnreadable:
            self._secret = ""
        is_mapped = source.kind != SourceKind.NATIVE
        self._fields = rest_options(source.kind, source.options).fields if is_mapped else {}

    def __call__(self, raw: Any) -> str:
        text = hide_secrets(self._without_key(json.dumps(raw, indent=2, ensure_ascii=False, default=str)))
        text = text.encode("utf-8", "replace").decode()  # JSON may hold half of a surrogate pair, a page may not
        return text if len(text) <= LONGEST_RAW else f"{text[:LONGEST_RAW]}\n…"

    def their_status(self, record: SourceRecord, content: TicketContent) -> str:
        """The status in the helpdesk's own words; ours if it cannot be shown."""
        rule = self._fields.get("status")
        found = rule.read(record.raw) if rule is not None else (record.fields or {}).get("status")
        return self.line(found) or self.line(content.mapped_from) or content.status

    def line(self, value: Any) -> str:
        """At most 200 characters of a text or number, on one line; empty for anything else."""
        text = as_text(value) if value is not None else None
        return self._without_key(" ".join((text or "").split()))[:_LONGEST_KEPT]

    def _without_key(self, text: str) -> str:
        return text.replace(self._secret, HIDDEN) if len(self._secret) >= _SHORTEST_SECRET else text
