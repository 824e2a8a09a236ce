"""How well incidents are found: ``python -m benchmarks.incidents [--tickets N] [--days N] [--seeds N] [--texts FILE.csv]``.

A year of each of the demo's companies, with days that are busier or quieter by chance. Made incidents of several sizes,
from 20 minutes to 6 hours long, are put in at random times. The rule is replayed over all of it, as the worker would
have followed it. An incident that was found is right if at least half of its tickets are of one made incident.

``--texts``: a CSV file with a column ``text``, whose rows customers write instead of the demo's.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.incident_texts import FAULTS, write
from tickets.demo.composing import compose, customers_of, seeded
from tickets.demo.texts.businesses import BUSINESSES, Business
from tickets.demo.tickets import hourly_weights
from tickets.incidents.following import Followed
from tickets.incidents.phrases import phrases_of
from tickets.incidents.replay import replay
from tickets.incidents.seen import SeenTicket

START = datetime(2025, 1, 6, tzinfo=UTC)
ORDINARY_WEEKS = 9
"""Before the first made incident."""

SIZES = (5, 8, 15, 40)
LENGTHS = (20, 60, 180, 360)
"""Minutes."""

EVERY_DAYS = 4
"""Between two made incidents."""

BUSY_DAYS = 0.15
"""How much days differ: the standard deviation of the logarithm."""

Writer = Callable[[random.Random], tuple[str, str, str]]
"""Customer, subject and message of an ordinary ticket."""


@dataclass(slots=True)
class Made:
    """A made incident, and what was found of it."""

    size: int
    minutes: int
    first_at: datetime
    found: list[Followed] = field(default_factory=list)

    @property
    def delay(self) -> float | None:
        """Minutes from its first ticket until it was found."""
        if not self.found:
            return None
        return min((each.found_at - self.first_at).total_seconds() for each in self.found) / 60


def demo_writer(name: str, business: Business, tickets: int) -> Writer:
    customers = customers_of(name, tickets)

    def write_ticket(rng: random.Random) -> tuple[str, str, str]:
        written = compose(rng=rng, business=business, customers=customers)
        return written.customer_id, written.subject, written.message

    return write_ticket


def file_writer(path: Path, tickets: int) -> Writer:
    with path.open(newline="", encoding="utf-8") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    customers = max(20, tickets // 3)

    def write_ticket(rng: random.Random) -> tuple[str, str, str]:
        return f"cust_{rng.randrange(customers)}", "", " ".join(rng.sample(texts, 3))

    return write_ticket


def ordinary(name: str, business: Business, writer: Writer, *, tickets: int, days: int, seed: int) -> list[SeenTicket]:
    """Tickets that arrive by chance, as many in an hour as its weight and the day make likely."""
    rng = seeded("ordinary", name, seed)
    weights = hourly_weights(business, START, days * 24)
    rate = tickets / 365 * days / sum(weights)
    found: list[SeenTicket] = []
    for hour, weight in enumerate(weights):
        if hour % 24 == 0:
            day = rng.lognormvariate(-(BUSY_DAYS**2) / 2, BUSY_DAYS)
        for _ in range(_poisson(rng, weight * rate * day)):
            customer, subject, message = writer(rng)
            at = START + timedelta(hours=hour, seconds=rng.randrange(3600))
            found.append(SeenTicket(f"T-{len(found)}", customer, at, phrases_of(subject, message)))
    return found


def make_incidents(name: str, business: Business, *, days: int, seed: int) -> tuple[list[Made], list[SeenTicket]]:
    """At hours in which customers write, of all sizes and lengths in turn."""
    rng = seeded("made", name, seed)
    kinds = [(size, minutes) for size in SIZES for minutes in LENGTHS]
    rng.shuffle(kinds)
    made, tickets = [], []
    for number, day in enumerate(range(ORDINARY_WEEKS * 7, days - 2, EVERY_DAYS)):
        size, minutes = kinds[number % len(kinds)]
        hour = rng.choices(range(24), business.hours)[0]
        begin = START + timedelta(days=day + rng.randrange(2), hours=hour, seconds=rng.randrange(3600))
        fault = rng.choice(list(FAULTS))
        moments = sorted(begin + timedelta(seconds=rng.randrange(minutes * 60)) for _ in range(size))
        made.append(Made(size, minutes, moments[0]))
        for place, at in enumerate(moments):
            subject, message = write(fault, rng)
            tickets.append(SeenTicket(f"M-{number}-{place}", f"hit_{number}_{place}", at, phrases_of(subject, message)))
    return made, tickets


def sort_out(found: Sequence[Followed], made: Sequence[Made]) -> list[Followed]:
    """Give each made incident what was found of it. Returns what is none."""
    false = []
    for each in found:
        of: dict[int, int] = {}
        for ticket in each.tickets:
            if ticket.startswith("M-"):
                number = int(ticket.split("-")[1])
                of[number] = of.get(number, 0) + 1
        best = max(of, key=lambda number: of[number], default=None)
        if best is None or of[best] * 2 < len(each.tickets):
            false.append(each)
        else:
            made[best].found.append(each)
    return false


def _poisson(rng: random.Random, mean: float) -> int:
    """Knuth's way, in parts, because the exponential of a large mean is 0."""
    found = 0
    while mean > 0:
        part, mean = min(mean, 30.0), mean - 30.0
        limit, product = math.exp(-part), rng.random()
        while product > limit:
            product *= rng.random()
            found += 1
    return found


def report(made: Sequence[Made], false: int, right: int, weeks: float) -> None:
    print(
        f"\n{'customers':>9} {'minutes':>8} {'made':>5} {'found':>6} {'recall':>7}  delay in minutes: median, longest"
    )
    groups = [(size, minutes) for size in SIZES for minutes in LENGTHS] + [(size, 0) for size in SIZES]
    for size, minutes in groups:
        these = [each for each in made if each.size == size and minutes in (0, each.minutes)]
        delays = [each.delay for each in these if each.delay is not None]
        if these:
            times = f"{statistics.median(delays):6.0f} {max(delays):6.0f}" if delays else ""
            print(
                f"{size:>9} {minutes or 'all':>8} {len(these):>5} {len(delays):>6} {len(delays) / len(these):>7.0%}  {times}"
            )
    in_time = [each for each in made if each.size == 15 and each.minutes <= 60]
    within = sum(1 for each in in_time if each.delay is not None and each.delay <= 60)
    print(f"\nfifteen customers within an hour, found within the hour: {within} of {len(in_time)}")
    print(f"precision: {right / max(right + false, 1):.1%}   false incidents a week: {false / weeks:.2f}")


def main(arguments: Sequence[str]) -> None:
    """Prints precision, recall and delay."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=50_000, help="a year")
    parser.add_argument("--days", type=int, default=364)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--show", action="store_true", help="print every false incident")
    given = parser.parse_args(arguments)
    all_made: list[Made] = []
    all_false, right, weeks = 0, 0, 0.0
    for seed in range(given.first_seed, given.first_seed + given.seeds):
        for name, business in BUSINESSES.items():
            begin = time.monotonic()
            writer = (
                file_writer(given.texts, given.tickets) if given.texts else demo_writer(name, business, given.tickets)
            )
            usual = ordinary(name, business, writer, tickets=given.tickets, days=given.days, seed=seed)
            made, put_in = make_incidents(name, business, days=given.days, seed=seed)
            tickets = sorted((*usual, *put_in), key=lambda each: (each.created_at, each.external_id))
            first, end = START + timedelta(weeks=3), START + timedelta(days=given.days)
            found = list(replay(tickets, start=first, end=end, zone=ZoneInfo("UTC")))
            false = sort_out(found, made)
            print(
                f"{name} seed {seed}: {len(usual):,} tickets, {len(made)} made, {len(false)} false "
                f"in {(end - first).days / 7:.0f} weeks, {time.monotonic() - begin:.0f} s"
            )
            if given.show:
                for each in false:
                    print(
                        "   ", each.peak.phrase, each.peak.hours, each.peak.assessment, len(each.tickets), each.found_at
                    )
            all_made += made
            all_false += len(false)
            right += len(found) - len(false)
            weeks += (end - first).days / 7
    report(all_made, all_false, right, weeks)


if __name__ == "__main__":
    main(sys.argv[1:])
