"""Listings that get shorter while they are read: what follows slips to pages that were read already."""


class Shrinking:
    """Watches the number of all tickets from page to page.

    It speaks up a few times only, and not once more came than was announced: there are servers whose total
    means something else on every page.
    """

    MOST_TIMES = 5

    def __init__(self) -> None:
        self._last: int | None = None
        self._times = 0
        self._is_believed = True

    def by(self, total: int | None, *, seen: int | None = None) -> int:
        """How many tickets have left the listing since the page before; 0 where that is not known.

        `seen` are those that came up to this page.
        """
        last, self._last = self._last, total
        if last is not None and seen is not None and seen > last:
            self._is_believed = False
        if last is None or total is None or total >= last or not self._is_believed or self._times >= self.MOST_TIMES:
            return 0
        self._times += 1
        return last - total
