"""A mailbox as a source of tickets: each thread that a customer takes part in is one.

A read first looks for mails that are new since the last one and remembers where they are and to which thread they
belong. Then it lists the threads, with the texts of those mails that are not stored yet. So a mail is requested once,
and one that is removed from the mailbox later stays in its ticket.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from supportsaas import clock
from supportsaas.formatting import format_count
from tickets.helpdesks.base import Drift, MappedRecords, Page, Position, SourceError, SourceRecord, TicketSource
from tickets.helpdesks.mailbox.answers import ListedFolder
from tickets.helpdesks.mailbox.connection import Mailbox
from tickets.helpdesks.mailbox.folders import NoSuchFolder, choose_folders, is_for_sent
from tickets.helpdesks.mailbox.known_mails import KnownMails
from tickets.helpdesks.mailbox.mail_headers import read_headers
from tickets.helpdesks.mailbox.mail_row import MailRow
from tickets.helpdesks.mailbox.mail_text import mail_text
from tickets.helpdesks.mailbox.team import Team
from tickets.helpdesks.mailbox.threads import record_of, worth_reading
from tickets.helpdesks.mapping.record_mapper import RecordMapper
from tickets.helpdesks.messages import Messages
from tickets.helpdesks.options import RestOptions
from tickets.records.dates import ISO_ONLY

HEADERS_AT_ONCE: Final = 500
MAILS_AT_ONCE: Final = 100
MAILS_A_PAGE: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxPlan:
    """What to read. `owner` says whose mailbox it is, `folders` which of its folders; `newest`: at most this many mails
    of each folder, None for all. Threads that began by `retention_end` are forgotten.
    """

    owner: str
    folders: str
    team: Team
    newest: int | None = None
    retention_end: datetime | None = None


@dataclass(slots=True)
class _Unsettled:
    """The mails of a page that is not stored yet."""

    rows: list[MailRow] = field(default_factory=list)
    gone: frozenset[str] = frozenset()


class MailboxSource(TicketSource):
    """Lists threads in the order of their ids, so none moves between pages."""

    supports_since = True
    lists_everything = False
    drift: Drift = "none"

    def __init__(
        self, mailbox: Mailbox, *, plan: MailboxPlan, options: RestOptions, known: KnownMails, page_size: int
    ) -> None:
        self._mailbox, self._plan, self._known, self._page_size = mailbox, plan, known, page_size
        self._first_since = ISO_ONLY.read(options.first_since) if options.first_since else None
        self._mapper = RecordMapper(
            fields=options.fields,
            defaults=options.defaults,
            status_map=options.status_map,
            timezone=options.timezone,
            date_format=options.date_format,
            skip_where=options.skip_where,
            keep_where=options.keep_where,
            deleted_when=options.deleted_when,
            base_url="",
        )
        assert options.conversation is not None, "the preset has it"
        self._messages = Messages(options.conversation, timezone=options.timezone, date_format=options.date_format)
        self._folders: dict[str, ListedFolder] = {}
        self._mails_in: dict[str, int] = {}
        self._unsettled: dict[str, _Unsettled] = {}

    def describe(self, first: Page) -> str:
        read = ", ".join(f"{name} ({format_count(number, 'mail')})" for name, number in self._mails_in.items())
        sentences = [f"Connected to {self._mailbox.host}.", f"It reads {read}."]
        if not any(is_for_sent(each) for each in self._folders.values()):
            sentences.append(
                "None of these folders is for sent mail, so replies of your team are only seen if they are in one of "
                "them. Name it in the setting folders."
            )
        return " ".join(sentences)

    def pages(self, *, since: datetime | None = None, start: Position | None = None) -> Iterator[Page]:
        self._known.begin()
        self._choose_folders()
        for key, folder in self._folders.items():
            self._find_new(key, folder.name)
        self._known.assign_threads()
        if self._plan.retention_end is not None:
            self._known.erase_until(self._plan.retention_end)
        after, pages_before = (start.token, start.pages_before) if start else ("", 0)
        parts = list(self._parts(self._known.threads(since=since, after=after, is_whole=since is None))) or [[]]
        total_pages = pages_before + len(parts)
        for part in parts:
            records = self._read(after, part)
            yield Page(MappedRecords(records, self.record), Position(pages_before, after), total_pages=total_pages)
            after, pages_before = part[-1] if part else after, pages_before + 1

    def record(self, raw: Any) -> SourceRecord:
        has_messages = isinstance(raw, Mapping) and "messages" in raw
        return SourceRecord(
            self._mapper.fields_of(raw),
            raw,
            is_skipped=self._mapper.sort(raw) != "ticket",
            messages=self._messages.of(raw) if has_messages else None,
            adds_messages=True,
        )

    def note_stored(self, page: Page) -> None:
        settled = self._unsettled.pop(page.position.token, _Unsettled())
        self._known.note_stored(settled.rows, gone=settled.gone)

    def find_deleted_ids(self) -> list[str]:
        """None: teams delete and archive mails that are dealt with."""
        return []

    def close(self) -> None:
        self._mailbox.close()

    # -- Inside ----------------------------------------------------------------------------------

    def _parts(self, threads: Mapping[str, int]) -> Iterator[list[str]]:
        """The threads of each page: fewer if they are long, because a page is held in memory."""
        part: list[str] = []
        mails = 0
        for thread, number in threads.items():
            if part and (len(part) >= self._page_size or mails + number > MAILS_A_PAGE):
                yield part
                part, mails = [], 0
            part, mails = [*part, thread], mails + number
        if part:
            yield part

    def _choose_folders(self) -> None:
        try:
            chosen = choose_folders(self._plan.folders, self._mailbox.folders())
        except NoSuchFolder as error:
            raise SourceError("misconfigured", str(error)) from None
        self._folders = {self._key_of(each.name): each for each in chosen}

    def _key_of(self, name: str) -> str:
        """Another server, another user or an earlier begin has every mail of the folder looked at again."""
        begin = self._first_since.isoformat() if self._first_since else ""
        return hashlib.blake2b(f"{self._plan.owner}\0{name}\0{begin}".encode(), digest_size=8).hexdigest()

    def _find_new(self, key: str, name: str) -> None:
        opened = self._mailbox.open_folder(name)
        self._mails_in[name] = opened.mails
        first_uid = self._known.next_uid(key, opened.validity)
        uids = self._mailbox.find(name, first_uid=first_uid, since=self._first_since) if opened.mails else []
        if self._plan.newest is not None:
            uids = uids[-self._plan.newest :]
        for part in _parts(uids, HEADERS_AT_ONCE):
            rows = [
                MailRow.found(
                    read_headers(each.body or b"", received_at=each.received_at or clock.now()),
                    folder=key,
                    uid=each.uid,
                )
                for each in self._mailbox.headers(name, part)
            ]
            self._known.add(rows, folder=key, validity=opened.validity, next_uid=part[-1] + 1)

    def _read(self, after: str, threads: Sequence[str]) -> list[dict[str, Any]]:
        """The records of these threads. One that no customer takes part in is none, and is not looked at again."""
        by_thread: dict[str, list[MailRow]] = {each: [] for each in threads}
        for row in self._known.rows_of(threads):
            by_thread[row.thread].append(row)
        others: list[MailRow] = []
        for thread, rows in list(by_thread.items()):
            if not any(self._plan.team.customer_of(row) for row in rows):
                others += by_thread.pop(thread)
        self._known.note_stored(others, gone=frozenset())
        worth = [row for rows in by_thread.values() for row in worth_reading(rows, team=self._plan.team)]
        unread = [row for row in worth if not row.text]
        texts = self._texts(unread)
        self._unsettled[after] = _Unsettled(
            [replace(row, text=row.text or "stored") for rows in by_thread.values() for row in rows],
            gone=frozenset(row.identity for row in unread) - texts.keys(),
        )
        records = (record_of(thread, rows, texts, team=self._plan.team) for thread, rows in by_thread.items())
        return [each for each in records if each is not None]

    def _texts(self, rows: Sequence[MailRow]) -> dict[str, str]:
        """By identity; those of mails that are gone are missing."""
        found: dict[str, str] = {}
        by_folder: defaultdict[str, dict[int, MailRow]] = defaultdict(dict)
        for row in rows:
            by_folder[row.folder][row.uid] = row
        for key, by_uid in by_folder.items():
            folder = self._folders.get(key)
            for part in _parts(sorted(by_uid), MAILS_AT_ONCE) if folder else ():
                for each in self._mailbox.mails(folder.name, part) if folder else ():
                    found[by_uid[each.uid].identity] = mail_text(each.body or b"")
        return found


def _parts(uids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for first in range(0, len(uids), size):
        yield uids[first : first + size]
