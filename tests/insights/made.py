"""Made tickets of whole weeks: ordinary ones that vary by chance, and a surge with its causes."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

NOW: Final = datetime(2026, 3, 9, 8, 5, tzinfo=UTC)
"""A Monday morning."""

ORDINARY: Final = "How does it work"
NEGATIVE: Final = "This is terrible"
URGENT: Final = "We will file a lawsuit"


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def ordinary_records(*, weeks: int = 9, a_day: int = 10, seed: int = 1, now: datetime = NOW) -> list[dict[str, Any]]:
    """Every day about as many tickets of many customers: a fifth negative, a tenth urgent; all closed."""
    rng = random.Random(seed)
    records: list[dict[str, Any]] = []
    for day in range(1, weeks * 7 + 1):
        start = now - timedelta(days=day)
        for _ in range(a_day + rng.randint(-2, 2)):
            kind = rng.random()
            records.append(
                {
                    "id": f"O-{len(records)}",
                    "customer_id": f"c{rng.randrange(500)}",
                    "message": URGENT if kind < 0.1 else NEGATIVE if kind < 0.3 else ORDINARY,
                    "created_at": iso(start + timedelta(seconds=rng.randrange(86_400))),
                    "source": rng.choice(("email", "chat")),
                    "status": "closed",
                }
            )
    return records


def surge_records(
    count: int, *, at: datetime, message: str = NEGATIVE, customers: int = 0, prefix: str = "S", **values: Any
) -> Iterator[dict[str, Any]]:
    """So many tickets within four hours, each of a customer of its own unless there are fewer `customers`."""
    for number in range(count):
        yield {
            "id": f"{prefix}-{number}",
            "customer_id": f"{prefix}{number % customers if customers else number}",
            "message": message,
            "created_at": iso(at + timedelta(hours=4) * number / count),
            "status": "closed",
            **values,
        }
