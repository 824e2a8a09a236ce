"""Checks a source: reads and maps its first pages, and stores nothing."""

import itertools
import queue
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db import DEFAULT_DB_ALIAS, connections

from supportsaas import clock
from supportsaas.formatting import format_count, format_number, format_seconds
from tickets.helpdesks import SourceError, open_source
from tickets.helpdesks.base import SourceRecord
from tickets.helpdesks.field_paths import has_path, look_up
from tickets.helpdesks.http import Wait, sleep_plainly
from tickets.helpdesks.model import Source, SourceKind
from tickets.helpdesks.options import RestOptions, rest_options
from tickets.ingestion.message_reading import with_messages
from tickets.ingestion.name_spaces import origin_of
from tickets.planning.reading import ReadPage, read_records
from tickets.records.dates import DATE_FIELDS, names_no_zone
from tickets.records.rejections import group_reasons, reasons_in_words
from tickets.records.statuses import state_of
from tickets.status_mapping.model import find_status_map
from tickets.status_mapping.words import unmapped_sentence

REQUEST_SECONDS = 15.0
"""A check within a web request takes no longer, whatever the helpdesk asks for."""
MOST_RECORDS = 200
WITH_MESSAGES = 3
"""Of so many tickets a check requests the messages, to show whether it can."""

_Found = tuple[str, list[SourceRecord]]
_in_progress: dict[Any, object] = {}
"""The sources that this process is checking."""


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
        return _remember(source, _evaluate(source, _ask(source, wait)))


def check_in_time(source: Source, *, seconds: float = REQUEST_SECONDS) -> Checked:
    """As `check_source`, but raises `SourceError` if the helpdesk has not answered within `seconds`.

    The check then finishes in the background; until it has, the source is not checked again.
    """
    too_late = SourceError(
        "timeout", f"The helpdesk at {urlsplit(source.url).netloc} did not answer within {format_seconds(seconds)}."
    )
    end = time.monotonic() + seconds

    def wait(pause: float, _reason: str) -> None:
        if time.monotonic() + pause > end:
            raise too_late
        time.sleep(pause)

    if seconds <= 0:
        raise too_late
    with _remembered(source):
        return _remember(source, _evaluate(source, _ask_in_background(source, wait, too_late, seconds=seconds)))


def _ask_in_background(source: Source, wait: Wait, too_late: SourceError, *, seconds: float) -> _Found:
    mine = object()
    if _in_progress.setdefault(source.pk, mine) is not mine:
        raise SourceError("timeout", "An earlier check is still waiting for this helpdesk. Try again in a minute.")
    answers: queue.SimpleQueue[_Found | Exception] = queue.SimpleQueue()
    connection = connections[DEFAULT_DB_ALIAS]

    def ask() -> None:
        connections[DEFAULT_DB_ALIAS] = connection  # any thread may use its client, which is already connected
        try:
            answer: _Found | Exception = _ask(source, wait)
        except Exception as error:
            answer = error
        del _in_progress[source.pk]
        answers.put(answer)

    thread = threading.Thread(target=ask, name="check", daemon=True)
    try:
        thread.start()
    except RuntimeError:  # the process cannot start another thread
        del _in_progress[source.pk]
        raise too_late from None
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise too_late from None
    if isinstance(answer, Exception):
        raise answer
    return answer


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


def _ask(source: Source, wait: Wait) -> _Found:
    """A sentence about the connection, and the records of the first page; the second page is requested, too."""
    with open_source(source, wait=wait) as opened:
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


def _evaluate(source: Source, found: _Found) -> Checked:
    sentence, listed = found
    records = [each for each in listed if not each.is_skipped]
    tenant = source.tenant
    read = read_records(records, tenant_id=tenant.slug, origin=origin_of(source), statuses=find_status_map(tenant))
    problems = [*_rejections(read, len(records))]
    misspelt = False
    if source.kind != SourceKind.NATIVE and records:
        options = rest_options(source.kind, source.options)
        raw = [each.raw for each in records]
        missing = _missing_fields(options, raw)
        misspelt = any(name in source.options.get("fields", {}) for name, _ in missing)
        problems += [_missing_sentence(name, path, len(raw)) for name, path in missing]
        problems += _empty_fields(options, raw, {name for name, _ in missing})
        problems += _local_times(options, raw)
    problems += _unmapped_statuses(read)
    problems += _left_out(read)
    is_usable = not misspelt and (bool(read.tickets) or not records)
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


def _left_out(read: ReadPage) -> list[str]:
    reasons = group_reasons(read.left_out())
    return [f"Values that cannot be read are left out: {reasons_in_words(reasons)}."] if reasons else []


def _share(part: int, total: int) -> str:
    """“All 25 tickets”, “3 of 25 tickets”."""
    if total == 1:
        return "The only ticket"
    if part == total:
        return f"All {format_number(total)} tickets"
    return f"{format_number(part)} of {format_number(total)} tickets"


def _missing_fields(options: RestOptions, raw: Sequence[Any]) -> list[tuple[str, str]]:
    """The mapped fields whose paths are in no record, with the first path."""
    return [
        (name, rule.paths[0])
        for name, rule in options.fields.items()
        if rule.paths and not any(not path or has_path(each, path) for each in raw for path in rule.paths)
    ]


def _missing_sentence(name: str, path: str, total: int) -> str:
    return (
        f"None of {format_count(total, 'record')} has “{path}”, which {name} is read from: "
        f"check the setting fields.{name}."
    )


def _empty_fields(options: RestOptions, raw: Sequence[Any], known: set[str]) -> list[str]:
    empty = [
        name
        for name, rule in options.fields.items()
        if name not in known and all(rule.read(each) in (None, "", [], {}) for each in raw)
    ]
    return (
        [f"{', '.join(empty)} {'is' if len(empty) == 1 else 'are'} empty in all {format_number(len(raw))} records."]
        if empty
        else []
    )


def _local_times(options: RestOptions, raw: Sequence[Any]) -> list[str]:
    paths = [path for name, rule in options.fields.items() if name in DATE_FIELDS for path in rule.paths]
    if options.timezone != "UTC" or not any(names_no_zone(look_up(each, path)) for path in paths for each in raw):
        return []
    return ["Its dates have no time zone and are read as UTC. If they are in another zone, set timezone."]
