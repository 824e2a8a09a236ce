"""How a list goes on from page to page. A pager says what to ask for next and when there is nothing more.

It asks nothing itself: `tickets.sources.rest` does, and tells it what came.
"""

from tickets.sources.paging.links import LinkPager
from tickets.sources.paging.numbers import NumberPager
from tickets.sources.paging.pager import Came, Pager
from tickets.sources.paging.repeats import Repeats

__all__ = ["Came", "LinkPager", "NumberPager", "Pager", "Repeats"]
