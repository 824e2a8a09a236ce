"""Paging. A pager says which page to request next, and when the list has ended.

It makes no requests itself: `tickets.helpdesks.rest` does, and passes it the results.
"""

from tickets.helpdesks.paging.cursors import CursorPager
from tickets.helpdesks.paging.links import LinkPager
from tickets.helpdesks.paging.numbers import NumberPager
from tickets.helpdesks.paging.pager import Pager, PageResult
from tickets.helpdesks.paging.repeats import Repeats

__all__ = ["CursorPager", "LinkPager", "NumberPager", "PageResult", "Pager", "Repeats"]
