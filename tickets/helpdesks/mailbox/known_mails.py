"""What a run has to know of a mailbox: which mails were seen, and what is left to store."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from tickets.helpdesks.mailbox.mail_row import MailRow
from tickets.helpdesks.mailbox.threads import assign_threads


class KnownMails(Protocol):
    """The mails of one connection."""

    def begin(self) -> None:
        """Before a read."""

    def next_uid(self, folder: str, validity: int) -> int:
        """The first UID that was not seen yet; 1 if the folder is new, or the server has numbered its mails anew."""

    def add(self, rows: Sequence[MailRow], *, folder: str, validity: int, next_uid: int) -> None:
        """Remember the mails of a folder, and that all before `next_uid` were seen. A mail that is known has moved."""

    def assign_threads(self) -> None:
        """Give each mail that was added its thread."""

    def erase_until(self, end: datetime) -> None:
        """Forget threads that began by then."""

    def threads(self, *, since: datetime | None, after: str, is_whole: bool) -> dict[str, int]:
        """Threads after that one, in the order of their ids: all, or those with unstored mails or mails since a time.

        Each with its number of such mails.
        """

    def rows_of(self, threads: Sequence[str]) -> Iterator[MailRow]:
        """The mails of the threads, in order of time."""

    def note_stored(self, rows: Sequence[MailRow], *, gone: frozenset[str]) -> None:
        """The rows are stored with their tickets; the texts of `gone` (identities) could not be read any more."""


class RememberedForNow:
    """In memory, for a test or a preview of a connection, which stores nothing."""

    def __init__(self) -> None:
        self._rows: dict[str, MailRow] = {}
        self._by_thread: dict[str, list[MailRow]] = {}

    def begin(self) -> None:
        """Nothing is known."""

    def next_uid(self, folder: str, validity: int) -> int:
        return 1

    def add(self, rows: Sequence[MailRow], *, folder: str, validity: int, next_uid: int) -> None:
        self._rows |= {each.identity: each for each in rows}

    def assign_threads(self) -> None:
        self._by_thread = {}
        for each in assign_threads(sorted(self._rows.values(), key=lambda row: row.at), {}):
            self._by_thread.setdefault(each.thread, []).append(each)

    def erase_until(self, end: datetime) -> None:
        """The preview leaves them out."""

    def threads(self, *, since: datetime | None, after: str, is_whole: bool) -> dict[str, int]:
        found = {thread: rows for thread, rows in self._by_thread.items() if since is None or rows[-1].at >= since}
        return {each: len(found[each]) for each in sorted(found) if each > after}

    def rows_of(self, threads: Sequence[str]) -> Iterator[MailRow]:
        for each in threads:
            yield from self._by_thread[each]

    def note_stored(self, rows: Sequence[MailRow], *, gone: frozenset[str]) -> None:
        """Nothing is stored."""
