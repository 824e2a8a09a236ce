"""What happens in the demo around its anchor, whatever the hour of the day, so that each page has something to show.

- Urgent tickets of `tenant_a` wait for their first reply: some are past an hour, others about to be.
- Customers of `tenant_a` report that gift cards are empty; it is ongoing at the anchor.
- On the day before, customers of `tenant_b` and `tenant_c` got no sign-in codes, at the same time.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tickets.demo.composing import Composition, customers_of, fill, seeded, writes_english
from tickets.demo.texts.businesses import Business
from tickets.demo.texts.incidents import GIFT_CARDS, SIGN_IN_CODES
from tickets.demo.texts.template import EMERGENCY, Template

# Minutes from the anchor: when an urgent ticket comes in, and when it gets its first reply.
_WAITING: Final = ((-171, 52), (-104, 35), (-88, 21), (-53, 95), (-44, 9), (-37, 120), (-26, 14), (-15, 78), (-7, 31))
_ONGOING: Final = (-95, 45)
"""Minutes from the anchor: when the incident of `tenant_a` begins, and when it has its last ticket."""
# Within the last day, which pages show.
_YESTERDAY: Final = {"tenant_b": (-1_300, -1_190), "tenant_c": (-1_280, -1_175)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A ticket that comes in at a certain time. `first_reply_at`: None if that is left to chance."""

    at: datetime
    written: Composition
    first_reply_at: datetime | None = None


def events_of(tenant: str, *, business: Business, size: int, anchor: datetime) -> list[Event]:
    """Those of the tenant, by time. Other tenants than the demo's have none."""
    plan = _Plan(tenant, business, size, anchor)
    found: list[Event] = []
    if tenant == "tenant_a":
        found += [*plan.waiting(), *plan.incident(GIFT_CARDS, _ONGOING)]
    if tenant in _YESTERDAY:
        found += plan.incident(SIGN_IN_CODES, _YESTERDAY[tenant])
    return sorted(found, key=lambda event: event.at)


class _Plan:
    def __init__(self, tenant: str, business: Business, size: int, anchor: datetime) -> None:
        self._tenant, self._business, self._anchor = tenant, business, anchor
        customers = customers_of(tenant, size)
        self._customers = [
            number for number in range(customers.count) if number not in customers.regulars and writes_english(number)
        ]

    def waiting(self) -> Iterator[Event]:
        rng = seeded("waiting", self._tenant)
        templates = rng.sample(self._business.templates[EMERGENCY], len(_WAITING))
        writers = rng.sample(self._customers, len(_WAITING))
        for (minute, reply), template, customer in zip(_WAITING, templates, writers, strict=True):
            written = fill(template, rng=rng, business=self._business, customer=customer)
            at = self._moment(minute, rng)
            yield Event(at=at, written=written, first_reply_at=self._moment(reply, rng))

    def incident(self, templates: Sequence[Template], minutes: tuple[int, int]) -> Iterator[Event]:
        """Each text once, by as many customers. They come faster after the first ones, and slower in the end."""
        rng = seeded("incident", self._tenant)
        writers = rng.sample(self._customers, len(templates))
        begin, end = minutes
        for template, customer in zip(rng.sample(templates, len(templates)), writers, strict=True):
            minute = rng.triangular(begin, end, begin + (end - begin) * 0.4)
            written = fill(template, rng=rng, business=self._business, customer=customer)
            yield Event(at=self._moment(minute, rng), written=written)

    def _moment(self, minute: float, rng: random.Random) -> datetime:
        seconds = round(minute * 60) + rng.randrange(60)
        return self._anchor + timedelta(seconds=seconds)
