"""Which tickets a read has shown to exist in the helpdesk, and whether that can be trusted."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import Flag, auto

from tickets.helpdesks.base import Page, Position, SourceError
from tickets.helpdesks.shrinking_listing import Shrinking
from tickets.planning.reading import ReadPage
from tickets.records.seen_ids import SeenIds

PAGES_A_LANDMARK = 8
"""Besides the first page, one page in eight is read again to check whether the list has moved."""
MOST_LANDMARKS = 9
SAME_PAGE_LIMIT = Shrinking.MOST_TIMES + 2
"""The same page in this many places does not come from a list that shrinks: that repeats a page only when it shrinks."""


class Movement(Flag):
    """What a read noticed about tickets moving between the pages while it read them."""

    NONE = 0
    SHRANK = auto()
    """The announced total fell."""
    GREW = auto()
    """The announced total rose."""
    LOST_TICKETS = auto()
    """Tickets it contains were deleted during the read."""
    NEW_TICKETS = auto()
    """Tickets came that were created during the read."""
    REPEATED_TICKETS = auto()
    """Tickets came on two pages."""
    DOUBTFUL_END = auto()
    """It ended in a way in which lists end that have moved."""

    MAY_HIDE_TICKETS = SHRANK | LOST_TICKETS | REPEATED_TICKETS | DOUBTFUL_END
    """Some tickets may have slipped past the read."""
    ANY = MAY_HIDE_TICKETS | GREW | NEW_TICKETS


@dataclass(slots=True)
class Listing:
    """The pages of one read, remembered in a few bytes per ticket.

    `began`: when the read began. `first`: an earlier read of the same list, to see what that one missed.
    """

    began: datetime
    first: "Listing | None" = None
    seen: SeenIds = field(default_factory=SeenIds)
    pages: int = 0
    total: int | None = None
    """How many tickets the helpdesk announced last."""
    unknown: int = 0
    """How many ids came that the first read missed, except of tickets that were created since it began."""
    _total_at_first: int | None = None
    _noticed: Movement = Movement.NONE
    _position: Position | None = None
    _came: int = 0
    _without_id: int = 0
    _distinct_in_pages: int = 0
    _landmarks: dict[int, tuple[Position, list[str]]] = field(default_factory=dict)
    """The ids of the first page and of others at even distances, in order, to see later whether the list has moved."""
    _distance: int = 1
    _positions_of_page: dict[bytes, set[str]] = field(default_factory=dict)

    def add(self, page: Page, read: ReadPage) -> None:
        """Take in a page; raises `SourceError` if the helpdesk sends the same one again and again."""
        ids = read.ids_at_the_source()
        distinct = list(dict.fromkeys(ids))
        if page.position != self._position:
            self.pages, self._position = self.pages + 1, page.position
            self._remember(page.position, distinct)
        self._watch_total(page)
        self._came += len(page.records)
        self._distinct_in_pages += len(distinct)
        self._without_id += len(page.records) - len(ids)
        self.seen.add(distinct)
        if self.first is not None:
            self.unknown += self.first._count_missed(distinct, read)
        if page.is_doubtful:
            self._noticed |= Movement.DOUBTFUL_END
        if any(each.content.created_at > self.began for each in read.tickets):
            self._noticed |= Movement.NEW_TICKETS
        self._watch_repetition(page, ids)

    def lost_tickets(self) -> None:
        """Tickets that it contains were deleted while it was read."""
        self._noticed |= Movement.LOST_TICKETS

    @property
    def movement(self) -> Movement:
        came_twice = self._distinct_in_pages > self.seen.count_distinct()
        return self._noticed | (Movement.REPEATED_TICKETS if came_twice else Movement.NONE)

    @property
    def records(self) -> int:
        """How many tickets it has listed, each once."""
        return self.seen.count_distinct() + self._without_id

    @property
    def is_short(self) -> bool:
        """Whether fewer records came than were announced, each counted as often as it came."""
        return self.total is not None and self._came < self.total

    @property
    def is_as_announced(self) -> bool:
        """Whether exactly as many tickets came as were announced, if any number was.

        In a list that begins with the newest, tickets created during the read are announced and not read.
        """
        if self.total is None:
            return True
        only_grew = self._noticed & (Movement.GREW | Movement.SHRANK) == Movement.GREW
        announced = (self.total, self._total_at_first) if only_grew else (self.total,)
        return self.records in announced

    @property
    def has_right_total(self) -> bool:
        """Whether the helpdesk announced a total, and exactly as many tickets came."""
        return self.total is not None and self.is_as_announced

    @property
    def may_hide_tickets(self) -> bool:
        """Whether tickets moved between the pages while they were read, so that some may have slipped past."""
        return bool(self.movement & Movement.MAY_HIDE_TICKETS)

    @property
    def has_moved_at_all(self) -> bool:
        """Whether tickets came or went during the read, which need not have moved others."""
        return bool(self.movement & Movement.ANY)

    @property
    def shows_all(self) -> bool:
        """Whether a ticket that is absent here is not in the helpdesk's list.

        Records that came twice do no harm if an earlier read of the same list had everything that came in this one.
        """
        harmful = Movement.SHRANK | Movement.DOUBTFUL_END
        if self.first is None or self.unknown:
            harmful |= Movement.REPEATED_TICKETS
        return self.is_as_announced and not self.movement & harmful

    def landmarks(self) -> list[Position]:
        """The pages to read again, to see whether tickets left while the list was read.

        What leaves moves all pages from there to the one that is being read, so a few at even distances show most
        of it. What leaves between two of them, behind the page that is being read, is not noticed.
        """
        numbers = [number for number in self._landmarks if number < max(self.pages, 2)]
        step = -(-len(numbers) // (1 + self.pages // PAGES_A_LANDMARK))
        return [self._landmarks[number][0] for number in numbers[::step]]

    def differs_at(self, position: Position, ids: list[str]) -> bool:
        """Whether the page there, read again, shows that tickets have left; `ids` are on it now.

        New tickets in front only push others on, to pages that are read later. A page with none of the tickets it had
        is taken for new ones only at the front: further behind, a page of tickets may have left as well.
        """
        had_ids = next(had for place, had in self._landmarks.values() if place == position)
        if not ids:
            return bool(had_ids)
        had = set(had_ids)
        if had.isdisjoint(ids):
            return position.pages_before > 0 or len(list(self.seen.missing(ids))) < len(ids)
        behind_the_new = ids[next((place for place, each in enumerate(ids) if each in had), len(ids)) :]
        return behind_the_new != had_ids[: len(behind_the_new)]

    def _count_missed(self, ids: list[str], read: ReadPage) -> int:
        """How many of the ids of a later read's page are missing here, except of tickets created since this one began."""
        news = {each.content.external_id for each in read.tickets if each.content.created_at > self.began}
        return sum(1 for each in self.seen.missing(ids) if each not in news)

    def _remember(self, position: Position, ids: list[str]) -> None:
        if (self.pages - 1) % self._distance:
            return
        self._landmarks[self.pages] = position, ids
        if len(self._landmarks) > MOST_LANDMARKS:
            self._distance *= 2
            self._landmarks = {
                number: landmark for number, landmark in self._landmarks.items() if (number - 1) % self._distance == 0
            }

    def _watch_total(self, page: Page) -> None:
        if self._total_at_first is None:
            self._total_at_first = page.total_count
        before, self.total = self.total, page.total_count if page.total_count is not None else self.total
        if before is None or self.total is None:
            return
        if self._came > before:
            return  # more came than was announced: the number means something else
        if self.total < before:
            self._noticed |= Movement.SHRANK
        if self.total > before:
            self._noticed |= Movement.GREW

    def _watch_repetition(self, page: Page, ids: list[str]) -> None:
        if page.records and page.records[0].place:
            return  # a file may have rows with the same id, and its pages do not come again
        named = "\0".join(ids) or "\0".join(repr(each.raw) for each in page.records)
        if not named:
            return
        digest = hashlib.blake2b(named.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        positions = self._positions_of_page.setdefault(digest, set())
        positions.add(page.position.token)
        if len(positions) >= SAME_PAGE_LIMIT:
            raise SourceError(
                "unexpected_answer",
                "The helpdesk sends the same page again and again. Check the paging settings of the source.",
            )
