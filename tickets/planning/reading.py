"""A page of records as a helpdesk sent them, sorted into tickets, rejected and foreign records. Pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from tickets.classification.classifier import BUILT_IN, TenantClassifier
from tickets.classification.corrections import Correction
from tickets.classification.topics.keywords import keywords
from tickets.helpdesks.base import SourceRecord
from tickets.planning.changes import Verdict
from tickets.planning.conversations import with_conversation
from tickets.records.conversation import read_conversation
from tickets.records.details import LeftOut
from tickets.records.normalize import ForeignRecord, InvalidRecord, TicketContent, normalize_record
from tickets.records.origin import PLAIN, SEPARATOR, Origin
from tickets.records.statuses import NO_STATUS_MAP, StatusMap
from tickets.records.told_events import Telling, read_telling
from tickets.records.versions import ReadTicket
from tickets.store.quarantine import QuarantinedRecord

LONGEST_UNREAD: Final = 100_000
"""Characters of a record that is kept because its messages could not be read. A longer one waits for the next full sync."""
_OF_LIST: Final = "list"
"""In place of the classifier's version, which what a list says does not depend on."""


@dataclass(slots=True)
class ReadPage:
    tickets: list[ReadTicket] = field(default_factory=list)
    quarantined: list[QuarantinedRecord] = field(default_factory=list)
    foreign: int = 0

    def left_out(self) -> list[LeftOut]:
        """The optional fields of the tickets that could not be read, with the reasons."""
        return [each for ticket in self.tickets for each in ticket.content.left_out]

    def ids_at_the_source(self) -> list[str]:
        """Every id that the page shows to exist, including those of rejected records."""
        rejected = [each.external_id for each in self.quarantined]
        return [ticket.content.external_id for ticket in self.tickets] + [id_ for id_ in rejected if id_]


def read_records(
    records: Sequence[SourceRecord],
    *,
    tenant_id: str,
    classifier_version: str = BUILT_IN.version,
    origin: Origin = PLAIN,
    statuses: StatusMap = NO_STATUS_MAP,
) -> ReadPage:
    """`classifier_version`: of what the tickets will be classified by. `origin`: of records that name none.
    `statuses`: the tenant's map."""
    page = ReadPage()
    for record in records:
        if record.is_skipped:
            continue
        place = record.origin or origin
        if record.fields is None:
            page.quarantined.append(_rejected(record, place, *record.problem))
            continue
        try:
            content = normalize_record(record.fields, tenant_id=tenant_id, statuses=statuses)
            _reject_id_of_others(content, place)
        except ForeignRecord:
            page.foreign += 1
        except InvalidRecord as error:
            page.quarantined.append(_rejected(record, place, error.field, error.reason))
        else:
            page.tickets.append(_read_ticket(record, content, place, statuses, classifier_version=classifier_version))
    return page


def _read_ticket(
    record: SourceRecord, content: TicketContent, place: Origin, statuses: StatusMap, *, classifier_version: str
) -> ReadTicket:
    conversation = None if record.messages is None else read_conversation(record.messages)
    listed = replace(content, status=content.mapped_from or content.status).digest(classifier_version=_OF_LIST)
    if conversation is not None:
        content = with_conversation(content, conversation)
    telling = _telling(record, statuses)
    if telling is not None:
        content = replace(content, events_digest=telling.digest(), left_out=content.left_out + _untold(telling))
    digest = record.stored_digest or content.digest(classifier_version=classifier_version)
    if place.prefix:
        content = replace(content, external_id=place.prefix + content.external_id)
    return ReadTicket(
        content,
        digest,
        from_file=bool(record.place),
        origin=place,
        listed=listed,
        conversation=conversation,
        unread=_kept(record) if record.is_unread else "",
        telling=telling,
    )


def _kept(record: SourceRecord) -> str:
    """The record as JSON; empty if it is too long, or cannot be written."""
    try:
        text = json.dumps(record.raw)
    except (TypeError, ValueError, RecursionError):
        return ""
    return text if len(text) <= LONGEST_UNREAD else ""


def _telling(record: SourceRecord, statuses: StatusMap) -> Telling | None:
    if record.events is None:
        return None
    return read_telling(record.events, statuses=statuses, missing=record.events_missing)


def _untold(telling: Telling) -> tuple[LeftOut, ...]:
    return (("events", "are not all listed, or not all of them can be read"),) if telling.left_out else ()


def classify(
    content: TicketContent, *, classifier: TenantClassifier = BUILT_IN, correction: Correction | None = None
) -> Verdict:
    """Classify a ticket. It costs more than anything else, so only new and changed tickets are classified."""
    return Verdict(
        classification=classifier.classify(
            subject=content.subject,
            message=content.message,
            latest=content.latest_message,
            language=content.details.language,
            correction=correction,
        ),
        topics=keywords(subject=content.subject, message=content.message),
        topic_ids=classifier.topics.find(subject=content.subject, message=content.message),
        learned_version=classifier.learned_version,
    )


def _reject_id_of_others(content: TicketContent, origin: Origin) -> None:
    if not origin.prefix and not origin.owns(content.external_id):
        name, _, _ = content.external_id.partition(SEPARATOR)
        raise InvalidRecord("id", f"starts like the ids of another connection or import, “{name}”")


def _rejected(record: SourceRecord, origin: Origin, field: str, reason: str) -> QuarantinedRecord:
    return QuarantinedRecord(field, reason, record.raw, fields=record.fields, place=record.place, origin=origin)
