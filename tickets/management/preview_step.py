"""`manage.py source preview`: what a connection's records become, without storing anything."""

import textwrap
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from typing import Final

from supportsaas.formatting import format_count, format_number
from tickets.classification.language_names import language_name
from tickets.classification.verdicts import Classification
from tickets.helpdesks.model import Source
from tickets.ingestion.preview_records import LIMIT, PreviewedTicket, RecordsPreview, preview_records
from tickets.records.rejections import reasons_in_words
from tickets.status_mapping.words import unmapped_sentence

MOST: Final = 200


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--limit",
        type=int,
        default=LIMIT,
        help=f"tickets and rejected records to show (default {LIMIT}, at most {MOST})",
    )


def print_preview(source: Source, *, limit: int, write: Callable[[str], object]) -> RecordsPreview:
    """Write the records as they came, as mapped, and as rejected with the reason. Raises `SourceError`."""
    preview = preview_records(source, limit=max(1, min(limit, MOST)))
    for line in _lines(preview):
        write(_printable(line))
    return preview


def _lines(preview: RecordsPreview) -> Iterator[str]:
    yield preview.sentence
    for ticket in preview.tickets:
        yield ""
        yield from _ticket_lines(ticket)
    for rejected in preview.rejected:
        yield ""
        yield f"Rejected: {rejected.id or 'a record without an id'}: {rejected.field} {rejected.reason}"
        yield textwrap.indent(rejected.raw, "    ")
    yield ""
    yield (
        f"{format_count(preview.read, 'record')} read: {format_number(preview.accepted)} would be imported, "
        f"{format_number(preview.rejections)} rejected, {format_number(preview.foreign)} belong to another tenant. "
        "Nothing was stored."
    )
    if preview.reasons:
        yield f"Rejected because: {reasons_in_words(preview.reasons)}."
    if preview.skipped:
        yield f"{format_count(preview.skipped, 'record')} left out by the connector settings."
    sentence = unmapped_sentence({each.name: each.count for each in preview.unknown_statuses})
    if sentence:
        yield sentence
    yield from preview.problems


def _ticket_lines(ticket: PreviewedTicket) -> Iterator[str]:
    verdict = ticket.classification
    yield f"Ticket {ticket.id}: {ticket.subject or '(no subject)'}"
    status = ticket.status if ticket.is_status_known else f"{ticket.status} (not mapped)"
    was = f" (was {ticket.their_status})" if ticket.their_status.casefold() != ticket.status else ""
    yield f"  customer: {ticket.customer or '-'}"
    yield f"  status: {status}{was if ticket.is_status_known else ''}"
    yield f"  created: {ticket.created_at.isoformat()}"
    for name, value in (("assignee", ticket.assignee), ("team", ticket.team)):
        if value:
            yield f"  {name}: {value}"
    yield f"  {_classified(verdict)}"
    yield textwrap.indent(ticket.raw, "    ")


def _classified(verdict: Classification) -> str:
    if verdict.is_unclassified:
        return f"not classified: {language_name(verdict.language) or 'unknown language'}"
    action = "needs action" if verdict.requires_action else "needs no action"
    because = f" (because of: {', '.join(verdict.keywords)})" if verdict.keywords else ""
    return f"classified: {verdict.urgency} urgency, {verdict.sentiment}, {action}{because}"


def _printable(text: str) -> str:
    """Without control characters: a ticket's text must not steer the terminal."""
    return "".join(each if each.isprintable() or each == "\n" else "\N{REPLACEMENT CHARACTER}" for each in text)
