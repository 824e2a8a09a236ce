"""Up to millions of tickets of a tenant, generated on request, for benchmarks.

A ticket is a function of (tenant, anchor, size, number), so every page costs the same and memory stays constant.
Tickets never change. For speed, texts are chosen from a few thousand that are encoded once.
"""

import json
from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Final

from tickets.demo.composing import FIRST_CUSTOMER, business_of, compose, customers_of, seeded
from tickets.demo.tickets import hourly_weights, id_prefix

BULK_DAYS: Final = 365
TEXTS: Final = 4096  # a power of two: the low bits of a mixed number select one
_MASK: Final = 0xFFFFFFFF
_MINUTES: Final = tuple(f"{second // 60:02d}:{second % 60:02d}" for second in range(3600))
# The newest 3 % are still in progress.
_OLD: Final = ("closed",) * 56 + ("resolved",) * 4 + ("open",) * 2 + ("pending", "in_progress")
_NEW: Final = ("open",) * 26 + ("in_progress",) * 14 + ("pending",) * 8 + ("resolved",) * 12 + ("closed",) * 4
# Hours between creation and last change.
_LAGS: Final = (0, 0, 1, 1, 2, 3, 5, 8, 12, 18, 24, 30, 48, 72, 96, 150)


class BulkTenant:
    """`size` tickets created in the 365 days before `anchor`, sorted by id."""

    def __init__(self, *, name: str, anchor: datetime, size: int) -> None:
        """Raises `ValueError` for an anchor without a time zone or a negative size."""
        if anchor.tzinfo is None or size < 0:
            raise ValueError("the anchor needs a time zone, and the size must not be negative")
        self._name = name
        self._size = size
        self._width = max(6, len(str(size)))  # so that ids sort as text
        self._salt = seeded("bulk", name).getrandbits(32)
        self._business = business_of(name)
        self._customers = customers_of(name, size)
        hours = BULK_DAYS * 24
        start = anchor.astimezone(UTC).replace(microsecond=0) - timedelta(hours=hours)
        sums = list(accumulate(hourly_weights(self._business, start, hours), initial=0.0))
        # The first ticket of each hour, and an extra entry for the end.
        self._first = [int(size * reached / sums[-1]) for reached in sums[:-1]] + [size]
        # The anchor may be within an hour: seconds are counted from its minute and second.
        self._shift = start.minute * 60 + start.second
        clock = start.replace(minute=0, second=0)
        self._hours = [f"{clock + timedelta(hours=hour):%Y-%m-%dT%H:}" for hour in range(hours + 1)]

    def __len__(self) -> int:
        return self._size

    def json_rows(self, start: int, stop: int) -> list[str]:
        """The tickets at positions from `start` to `stop` (exclusive), each as a JSON object."""
        texts, first, hours, last = self._texts, self._first, self._hours, len(self._hours) - 1
        prefix, width, salt = id_prefix(self._name), self._width, self._salt
        customers = self._customers.count
        newest = self._size - self._size * 3 // 100
        rows = []
        hour = bisect_right(first, start) - 1
        for number in range(start, min(stop, self._size)):
            while number >= first[hour + 1]:
                hour += 1
            # Multiply, fold and multiply, so that neighbouring numbers get unrelated texts and customers.
            mixed = (number + salt) * 0x9E3779B1 & _MASK
            mixed = (mixed ^ mixed >> 15) * 0x85EBCA6B & _MASK
            mixed ^= mixed >> 13
            before, after, customer = texts[mixed & (TEXTS - 1)]
            if not customer:
                customer = FIRST_CUSTOMER + (mixed >> 8) % customers
            second = self._shift + (number - first[hour]) * 3600 // (first[hour + 1] - first[hour])
            at, second = (hour + 1, second - 3600) if second >= 3600 else (hour, second)
            changed = at + _LAGS[mixed >> 28]
            status = (_OLD if number < newest else _NEW)[mixed >> 12 & 63]
            clock = _MINUTES[second]
            rows.append(
                f'{{"id":"{prefix}-{number + 1:0{width}d}{before}{customer}{after}{hours[at]}{clock}Z",'
                f'"updated_at":"{hours[changed if changed < last else at]}{clock}Z","status":"{status}"}}'
            )
        return rows

    @cached_property
    def _texts(self) -> list[tuple[str, str, int]]:
        """The JSON before and after the customer's number, and that number if the customer is a regular."""
        regulars = {FIRST_CUSTOMER + regular for regular in self._customers.regulars}
        texts = []
        for number in range(TEXTS):
            rng = seeded("bulk", self._name, number)
            written = compose(rng=rng, business=self._business, customers=self._customers)
            customer = int(written.customer_id.removeprefix("cust_"))
            subject = json.dumps(written.subject, ensure_ascii=False)
            message = json.dumps(written.message, ensure_ascii=False)
            texts.append(
                (
                    f'","tenant_id":"{self._name}","source":"{written.source}","customer_id":"cust_',
                    f'","subject":{subject},"message":{message},"created_at":"',
                    customer if customer in regulars else 0,
                )
            )
        return texts
