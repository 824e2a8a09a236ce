"""A page of records as a helpdesk sent them, sorted into tickets, refused and foreign ones. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tickets.ingestion.changes import ReadTicket, Verdict
from tickets.ingestion.classify import classify_ticket
from tickets.ingestion.normalize import ForeignRecord, InvalidRecord, TicketContent, normalize_record
from tickets.ingestion.tenant_rules import NO_RULES, TenantRules
from tickets.ingestion.topics import topics
from tickets.quarantine import QuarantinedRecord
from tickets.sources.base import SourceRecord


@dataclass(slots=True)
class ReadPage:
    tickets: list[ReadTicket] = field(default_factory=list)
    quarantined: list[QuarantinedRecord] = field(default_factory=list)
    foreign: int = 0

    def ids_at_the_source(self) -> list[str]:
        """Every id that the page shows to exist, also those of records we cannot keep."""
        refused = [each.external_id for each in self.quarantined]
        return [ticket.content.external_id for ticket in self.tickets] + [id_ for id_ in refused if id_]


def read_records(records: Sequence[SourceRecord], *, tenant_id: str, rules_version: str = NO_RULES.version) -> ReadPage:
    """`rules_version` of the rules that the tickets will be judged by."""
    page = ReadPage()
    for record in records:
        if record.fields is None:
            page.quarantined.append(_refused(record, *record.problem))
            continue
        try:
            content = normalize_record(record.fields, tenant_id=tenant_id)
        except ForeignRecord:
            page.foreign += 1
        except InvalidRecord as error:
            page.quarantined.append(_refused(record, error.field, error.reason))
        else:
            digest = content.digest(rules_version=rules_version)
            page.tickets.append(ReadTicket(content, digest, from_file=bool(record.place)))
    return page


def judge(content: TicketContent, *, rules: TenantRules = NO_RULES) -> Verdict:
    """Classify a ticket. It costs more than all else, so only new and changed tickets are judged."""
    return Verdict(
        classification=classify_ticket(subject=content.subject, message=content.message, rules=rules),
        topics=topics(subject=content.subject, message=content.message),
    )


def _refused(record: SourceRecord, field: str, reason: str) -> QuarantinedRecord:
    return QuarantinedRecord(field, reason, record.raw, fields=record.fields, place=record.place)
