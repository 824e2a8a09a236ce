"""How a list goes on from page to page. A pager says what to ask for next and when there is nothing more.

It asks nothing itself: `tickets.helpdesks.rest` does, and tells it what came.
"""

from tickets.helpdesks.paging.links import LinkPager
from tickets.helpdesks.paging.numbers import NumberPager
from tickets.helpdesks.paging.pager import Came, Pager
from tickets.helpdesks.paging.repeats import Repeats

__all__ = ["Came", "LinkPager", "NumberPager", "Pager", "Repeats"]
