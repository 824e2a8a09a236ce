"""What follows once the pages of a read are stored: whether some tickets slipped past, and which are deleted."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from django.conf import settings

from supportsaas.formatting import format_count, format_number
from tickets.helpdesks import TicketSource
from tickets.helpdesks.base import POSITION_EXPIRED, Position, SourceError
from tickets.ingestion.deletions import brake_applies
from tickets.ingestion.listing import Listing
from tickets.planning.reading import read_records
from tickets.records.origin import Origin
from tickets.store.ticket_store import TicketStore

MOST_ASKED = 100
"""More absent tickets than this are looked for by reading everything again."""


class Coverage(Enum):
    """What a read asked the helpdesk for."""

    WHOLE = auto()
    """All tickets, from the first page on."""
    CHANGES = auto()
    """What changed since an earlier read."""
    REST = auto()
    """The pages that an earlier run did not reach; the next run reads all of them again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """`is_read_twice`: the same run read all pages a second time."""

    missed_nothing: bool = True
    is_read_twice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """Of one run. `is_confirmed`: a person has agreed to the deletions.

    `delete` marks tickets as deleted, `read_again` reads the same once more and compares it with the
    first listing, `warn` takes a code and a sentence.
    """

    source: TicketSource
    store: TicketStore
    origin: Origin
    is_confirmed: bool
    delete: Callable[[list[str]], None]
    read_again: Callable[[Listing], Listing]
    warn: Callable[[str, str], None]

    def settle(self, first: Listing, coverage: Coverage) -> Settled:
        """Read again if tickets may have slipped past, and delete those that are absent.

        A ticket that is merely absent is looked for a second time, too: one that moved between two pages during
        the read is not deleted.
        """
        kept = self._delete_listed(first)
        if coverage is Coverage.REST:
            return Settled()
        is_whole = coverage is Coverage.WHOLE
        if is_whole:
            self._delete_doubles(first)
        absent = [each for each in self._find_absent(first) if each not in kept] if is_whole else []
        if self._may_ask_about(absent, first):
            asked = {each: self._exists(each) for each in absent}
            self.delete([each for each, exists in asked.items() if exists is False])
            absent = [each for each, exists in asked.items() if exists is None]
        last = first
        if self._needs_second_read(first, absent, is_whole=is_whole):
            last = self.read_again(first)
            absent = list(last.seen.missing(absent))
        missed_some = last.may_hide_tickets and last is not first and last.unknown > 0
        if missed_some:
            self.warn(
                "moved_listing",
                "Tickets moved between the helpdesk's pages while they were read, twice. Some may be missing until "
                "the next run, and no absent ticket was deleted. Sorting by id keeps tickets in place.",
            )
        elif is_whole and (last.is_short or (absent and not last.is_as_announced)):
            self.warn(
                "short_listing",
                f"The helpdesk announced {format_count(last.total or 0, 'ticket')} but listed "
                f"{format_number(last.records)}. Nothing was deleted.",
            )
        elif absent and not (last.shows_all and self._stood_still(last, if_expired=True)):
            self.warn(
                "moved_listing",
                "Tickets moved between the helpdesk's pages while they were read, so no absent ticket was deleted.",
            )
        elif self._is_braked(len(absent), seen=last.seen.count_distinct()):
            self.warn(
                "deletion_brake",
                f"The helpdesk listed {format_count(last.seen.count_distinct(), 'ticket')}, "
                f"and {format_number(len(absent))} of the {format_number(self.store.count_live(self.origin))} stored "
                "tickets are not among them. That looks like a problem in the helpdesk, so nothing was deleted. "
                "If it is right, confirm the deletion.",
            )
        else:
            self.delete(absent)
        return Settled(missed_nothing=not missed_some, is_read_twice=last is not first)

    def _delete_listed(self, listing: Listing) -> frozenset[str]:
        """Delete what the helpdesk lists as deleted; the ids that a person has to confirm first.

        A ticket whose id was also listed as a live one is kept.
        """
        named = list(self.origin.external_ids(self.source.find_deleted_ids()))
        unseen = list(listing.seen.missing(named))
        if len(unseen) < len(named):
            listing.lost_tickets()
        listed = list(self.store.live_ids_of_helpdesk(unseen))
        if not self._is_braked(len(listed), seen=None):
            self.delete(listed)
            return frozenset()
        self.warn(
            "deletion_brake",
            f"The helpdesk lists {format_number(len(listed))} of the "
            f"{format_count(self.store.count_live(self.origin), 'stored ticket')} as deleted. "
            "That looks like a problem in the helpdesk, so they were kept. If it is right, confirm the deletion.",
        )
        return frozenset(listed)

    def _may_ask_about(self, absent: list[str], first: Listing) -> bool:
        """Whether to ask the helpdesk for each absent ticket, which costs less than to read everything again."""
        if not absent or not self.source.can_be_asked or len(absent) > MOST_ASKED:
            return False
        return not self._is_braked(len(absent), seen=first.seen.count_distinct())

    def _exists(self, external_id: str) -> bool | None:
        return self.source.exists(external_id.removeprefix(self.origin.prefix))

    def _delete_doubles(self, listing: Listing) -> None:
        """Delete the tickets that were read under another name before a person identified their helpdesk as this one.

        Only those that the helpdesk has listed now, so that each still exists once.
        """
        for prefix in self.origin.doubles:
            doubles = self.store.iterate_live_ids(Origin(prefix=prefix))
            own = {self.origin.prefix + each.removeprefix(prefix): each for each in doubles}
            unlisted = set(listing.seen.missing(own))
            self.delete([double for id_, double in own.items() if id_ not in unlisted])

    def _find_absent(self, listing: Listing) -> list[str]:
        if not self.source.lists_everything:
            return []
        return list(self.store.live_ids_of_helpdesk(listing.seen.missing(self.store.iterate_live_ids(self.origin))))

    def _is_braked(self, deletions: int, *, seen: int | None) -> bool:
        return not self.is_confirmed and brake_applies(
            deletions=deletions,
            stored=self.store.count_live(self.origin) if deletions else 0,
            seen=seen,
            most=settings.DELETION_BRAKE_TICKETS,
            most_percent=settings.DELETION_BRAKE_PERCENT,
        )

    def _needs_second_read(self, first: Listing, absent: list[str], *, is_whole: bool) -> bool:
        """A helpdesk that can list changes is read whole only once a day, so weaker signs are reason enough."""
        if absent and not self._is_braked(len(absent), seen=first.seen.count_distinct()):
            return True
        if is_whole and first.is_short and self.source.supports_since:
            return True
        if self.source.drift == "none" or first.pages < 2:
            return False
        if first.may_hide_tickets:
            return True
        if self.source.supports_since and first.has_moved_at_all:
            return True
        return is_whole and not self._stood_still(first, if_expired=False)

    def _stood_still(self, listing: Listing, *, if_expired: bool) -> bool:
        """Whether the landmarks, read again, show no sign that tickets left while the list was read.

        `if_expired` is what a page that no longer exists says: it shows nothing if cursors can be used only once.
        """
        if self.source.drift != "silent" or listing.pages < 2:
            return True
        return all(self._is_as_it_was(position, listing, if_expired=if_expired) for position in listing.landmarks())

    def _is_as_it_was(self, position: Position, listing: Listing, *, if_expired: bool) -> bool:
        try:
            return not listing.differs_at(position, self._read_ids(position))
        except SourceError as error:
            if error.code not in POSITION_EXPIRED:
                raise
            return if_expired

    def _read_ids(self, position: Position) -> list[str]:
        """The ids that are on the page there now. One request, also if nothing has moved."""
        page = next(iter(self.source.pages(start=position)), None)
        part = next(page.parts()) if page else None
        if part is None:
            return []
        return read_records(part.records, tenant_id=self.store.tenant_id, origin=self.origin).ids_at_the_source()
