"""Checks a source: reads and maps its first pages, and stores nothing."""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from supportsaas import clock
from supportsaas.formatting import format_number
from tickets.helpdesks import SourceError, open_source
from tickets.helpdesks.base import SourceRecord
from tickets.helpdesks.http import Wait, sleep_plainly
from tickets.helpdesks.model import Source
from tickets.ingestion.mapping_problems import find_mapping_problems
from tickets.ingestion.message_reading import with_messages
from tickets.ingestion.name_spaces import origin_of
from tickets.ingestion.time_limit import answer_in_time
from tickets.planning.reading import ReadPage, read_records
from tickets.records.details import LeftOut
from tickets.records.rejections import group_reasons, reasons_in_words
from tickets.records.statuses import state_of
from tickets.status_mapping.model import find_status_map
from tickets.status_mapping.words import unmapped_sentence

REQUEST_SECONDS = 15.0
"""A check within a web request takes no longer, whatever the helpdesk asks for."""
MOST_RECORDS = 200
WITH_MESSAGES = 3
"""A check requests the messages of this many tickets, to show whether it can."""

Sample = tuple[str, list[SourceRecord]]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: a sentence about the connection, and the problems, the worst first.

    `is_usable`: at least some tickets can be read.
    """

    sentence: str
    problems: tuple[str, ...] = ()
    is_usable: bool = True

    def __str__(self) -> str:
        return " ".join((self.sentence, *self.problems))


def check_source(source: Source, *, wait: Wait = sleep_plainly) -> Checked:
    """Request the first pages and map them. Raises `SourceError`, and whatever `wait` raises.

    The source then says when it was checked, and what was wrong.
    """
    with _remembered(source):
        return _remember(source, _evaluate(source, read_sample(source, wait)))


def check_in_time(source: Source, *, seconds: float = REQUEST_SECONDS) -> Checked:
    """As `check_source`, but raises `SourceError` if the helpdesk has not answered within `seconds`.

    The check then finishes in the background; until it has, the source is not checked again.
    """
    with _remembered(source):
        found = answer_in_time(
            lambda wait: read_sample(source, wait),
            key=("check", source.pk),
            host=urlsplit(source.url).netloc,
            seconds=seconds,
        )
        return _remember(source, _evaluate(source, found))


@contextmanager
def _remembered(source: Source) -> Iterator[None]:
    """Store that a check failed, and why."""
    try:
        yield
    except SourceError as error:
        _store_check(source, str(error))
        raise


def _remember(source: Source, checked: Checked) -> Checked:
    _store_check(source, "" if checked.is_usable else str(checked))
    return checked


def _store_check(source: Source, problem: str) -> None:
    source.checked_at, source.check_problem = clock.now(), problem
    Source.objects.filter(pk=source.pk).update(checked_at=source.checked_at, check_problem=problem)


def read_sample(source: Source, wait: Wait) -> Sample:
    """A sentence about the connection, and the first page's records, at most `MOST_RECORDS`.

    The second page is requested, too. Raises `SourceError`, and whatever `wait` raises.
    """
    with open_source(source, wait=wait, purpose="sample") as opened:
        pages = opened.pages()
        first = next(pages)
        sentence = opened.describe(first)
        listed = list(itertools.islice(first.records, MOST_RECORDS))
        records = [*with_messages(opened, listed[:WITH_MESSAGES]), *listed[WITH_MESSAGES:]]
        try:
            next(pages, None)
        except SourceError as error:
            raise SourceError(error.code, f"The first page can be read, but not the second one. {error}") from None
        return sentence, records


def _evaluate(source: Source, found: Sample) -> Checked:
    sentence, listed = found
    records = [each for each in listed if not each.is_skipped]
    tenant = source.tenant
    read = read_records(records, tenant_id=tenant.slug, origin=origin_of(source), statuses=find_status_map(tenant))
    problems = [*_rejections(read, len(records))]
    mapping = find_mapping_problems(source, [each.raw for each in records])
    problems += mapping.sentences
    problems += _unmapped_statuses(read)
    problems += left_out_sentences(read.left_out())
    is_usable = not mapping.is_misspelt and (bool(read.tickets) or not records)
    return Checked(sentence, tuple(problems), is_usable)


def _rejections(read: ReadPage, total: int) -> Iterator[str]:
    rejected, foreign = len(read.quarantined), read.foreign
    if rejected:
        first = read.quarantined[0]
        reasons = group_reasons((each.field, each.reason) for each in read.quarantined)
        yield (
            f"{_share(rejected, total)} on its first page would be rejected: {reasons_in_words(reasons)}. "
            f"For example: {first.field} {first.reason}."
        )
    if foreign:
        yield f"{_share(foreign, total)} on its first page {'names' if total == 1 else 'name'} another tenant and will not be imported."


def _unmapped_statuses(read: ReadPage) -> list[str]:
    statuses = Counter(ticket.content.status for ticket in read.tickets)
    sentence = unmapped_sentence({each: count for each, count in statuses.most_common() if state_of(each) == "unknown"})
    return [sentence] if sentence else []


def left_out_sentences(left_out: Sequence[LeftOut]) -> list[str]:
    """At most one sentence about optional fields that could not be read."""
    reasons = group_reasons(left_out)
    return [f"Values that cannot be read are left out: {reasons_in_words(reasons)}."] if reasons else []


def _share(part: int, total: int) -> str:
    """“All 25 tickets”, “3 of 25 tickets”."""
    if total == 1:
        return "The only ticket"
    if part == total:
        return f"All {format_number(total)} tickets"
    return f"{format_number(part)} of {format_number(total)} tickets"
