"""Detects lists that get shorter during a read, when records move to pages that were already read."""


class Shrinking:
    """Compares the total from page to page.

    Reports only a few decreases, and none after more records were read than the total: on some servers the total means
    something else on each page.
    """

    MOST_TIMES = 5

    def __init__(self) -> None:
        self._last: int | None = None
        self._times = 0
        self._is_trusted = True

    def by(self, total: int | None, *, seen: int | None = None) -> int:
        """The number of tickets that left the list since the previous page; 0 if unknown.

        `seen` is the number of records read so far.
        """
        last, self._last = self._last, total
        if last is not None and seen is not None and seen > last:
            self._is_trusted = False
        if last is None or total is None or total >= last or not self._is_trusted or self._times >= self.MOST_TIMES:
            return 0
        self._times += 1
        return last - total
