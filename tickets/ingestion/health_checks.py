"""Health checks of ingestion: the workers, their queue, the helpdesks and how fresh their data is."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Pipeline
from supportsaas.formatting import format_number, format_relative
from supportsaas.ops.health_checks import HEALTHY, CheckResult, Gauge, HealthCheck, Problem
from supportsaas.reliability import rate_limiter
from tickets import jobs
from tickets.ingestion.sync_status import count_helpdesks, find_all_sync_statuses
from tickets.ingestion.worker import find_workers
from tickets.planning.stored_walk import StoredWalk
from tickets.records.collection_names import TICKETS
from tickets.recount.walk import RECOUNT
from tickets.rules.reclassification import RECLASSIFICATION
from tickets.store.word_index import find_waiting_tenants
from tickets.topics.tagging import TAGGING

LONG_IN_THE_QUEUE = timedelta(minutes=10)
LONG_WITHOUT_WORDS = timedelta(minutes=10)
LONG_WITHOUT_PROGRESS = timedelta(minutes=30)
MOST_NAMED = 20


_ACTIVE, _ENDED = ("queued", "running"), ("completed", "partial", "cancelled", "failed")


def runs_pipeline(now: datetime) -> Pipeline:
    """How many runs are active, and how many of the last hour have ended, by status. Reads only keys of an index."""
    of_the_hour = {"status": {"$in": _ENDED}, "queued_at": {"$gt": now - timedelta(hours=1)}}
    return [
        {"$match": {"$or": [{"status": {"$in": _ACTIVE}}, of_the_hour]}},
        {"$project": {"_id": 0, "status": 1, "queued_at": 1}},
        {"$group": {"_id": "$status", "count": {"$sum": 1}, "first": {"$min": "$queued_at"}}},
    ]


def read_workers() -> CheckResult:
    now = clock.now()
    workers = find_workers(now=now)
    runs = {row["_id"]: row for row in mongo.collection(jobs.COLLECTION).aggregate(runs_pipeline(now))}
    since = runs["queued"]["first"] if "queued" in runs else now
    active = {status: runs.get(status, {}).get("count", 0) for status in _ACTIVE}
    ended = {status: runs.get(status, {}).get("count", 0) for status in _ENDED}
    problems = []
    if not workers:
        problems.append(Problem(_silent(active["queued"], since, now)))
    elif now - since > LONG_IN_THE_QUEUE:
        waiting = _counted(active["queued"], "run waits", "runs wait")
        problems.append(
            Problem(f"{waiting} for a worker, the first since {format_relative(since, now)}. Start more workers.")
        )
    return CheckResult(
        problems=tuple(problems),
        facts={
            "Running": ", ".join(f"{name} (seen {format_relative(seen, now)})" for name, seen in workers.items())
            or "none",
            "Queued runs": format_number(active["queued"]),
            "Running runs": format_number(active["running"]),
            "Requested in the last hour": ", ".join(f"{format_number(n)} {status}" for status, n in ended.items() if n)
            or "–",
        },
        gauges=(
            Gauge.one("workers", "Workers that gave a sign of life in the last 45 seconds.", len(workers)),
            Gauge.by("status", "runs", "Ingestion runs that are queued or running.", active),
            Gauge.one(
                "oldest_queued_run_seconds", "How long the first queued run has waited.", (now - since).total_seconds()
            ),
            Gauge.by(
                "status", "runs_of_the_hour", "Runs requested in the last hour that have ended, by status.", ended
            ),
        ),
    )


def read_helpdesks() -> CheckResult:
    now = clock.now()
    statuses = find_all_sync_statuses(now=now)
    counts = count_helpdesks(statuses.values())
    problems = []
    state = HEALTHY
    if counts.failing:
        state = f"unhealthy: {counts.failing} of {counts.known} helpdesks failed in their last run"
        problems.append(Problem(f"{counts.failing} of {counts.known} helpdesks could not be read in their last run."))
    elif not counts.known:
        state = "unknown: nothing has been synced yet"
    if counts.error:
        has = "helpdesk has" if counts.error == 1 else "helpdesks have"
        problems.append(Problem(f"{counts.error} {has} had no successful sync for two intervals."))
    if counts.late:
        problems.append(Problem(f"{_counted(counts.late, 'helpdesk is', 'helpdesks are')} late.", is_serious=False))
    if counts.overdue:
        are = _counted(counts.overdue, "scheduled sync is", "scheduled syncs are")
        problems.append(Problem(f"{are} overdue: no worker has started it.", is_serious=False))
    return CheckResult(
        state=state,
        problems=tuple(problems),
        facts={
            "Synced or tried": format_number(counts.known),
            "Failed in the last run": _named(slug for slug, each in statuses.items() if each.failures),
            "Late": format_number(counts.late),
            "Out of date": format_number(counts.error),
            "Overdue": _named(slug for slug, each in statuses.items() if each.is_overdue),
        },
        gauges=(
            Gauge.by(
                "state",
                "helpdesks",
                "Helpdesks that were ever synced or tried, and how many of them have problems.",
                {"known": counts.known, "failing": counts.failing, "late": counts.late, "out_of_date": counts.error},
            ),
            Gauge.one("schedules_overdue", "Scheduled syncs that no worker has started.", counts.overdue),
            Gauge.by(
                "tenant",
                "last_good_read_age_seconds",
                "How old the data of a connection with a schedule is: of TENANT, or of TENANT:NAME for a further one.",
                {
                    slug: (now - each.as_of).total_seconds()
                    for slug, each in statuses.items()
                    if each.schedule is not None and each.as_of is not None
                },
            ),
        ),
    )


def read_rate_limits() -> CheckResult:
    states = rate_limiter.find_states()
    used = {host: float(state.current_requests) for host, state in states.items()}
    limit = rate_limiter.RateLimiter("-").limit
    return CheckResult(
        facts={
            host: f"{format_number(state.current_requests)} of {format_number(state.limit)}"
            for host, state in states.items()
        },
        gauges=(
            Gauge.by("host", "rate_limit_requests", "Requests to a helpdesk's host in the current window.", used),
            Gauge.one("rate_limit", "Requests allowed to each host per window; 0 means no limit.", limit),
        ),
    )


def read_search() -> CheckResult:
    now = clock.now()
    tickets = mongo.collection(TICKETS)
    waiting = {"unindexed_since": {"$exists": True}}
    slugs = find_waiting_tenants()
    first = [
        tickets.find_one({"tenant_id": slug, **waiting}, {"unindexed_since": 1}, sort=[("unindexed_since", 1)])
        for slug in slugs[:MOST_NAMED]
    ]
    since = min((each["unindexed_since"] for each in first if each), default=now)
    problems = []
    if now - since > LONG_WITHOUT_WORDS:
        words = f"Search is behind: the first unindexed ticket has waited since {format_relative(since, now)}."
        problems.append(Problem(words, is_serious=False))
    return CheckResult(
        problems=tuple(problems),
        facts={"Tenants with tickets that are not indexed yet": _named(slugs)},
        gauges=(
            Gauge.one(
                "search_lag_seconds", "How long the first unindexed ticket has waited.", (now - since).total_seconds()
            ),
        ),
    )


def read_reclassification() -> CheckResult:
    return _read_walk(RECLASSIFICATION, changed="Rules", to_be="reclassified", gauge="judging_lag_seconds")


def read_tagging() -> CheckResult:
    return _read_walk(TAGGING, changed="Topics", to_be="searched for topics", gauge="tagging_lag_seconds")


def read_recount() -> CheckResult:
    return _read_walk(RECOUNT, changed="Business hours or targets", to_be="timed again", gauge="recount_lag_seconds")


def _read_walk(walk: StoredWalk, *, changed: str, to_be: str, gauge: str) -> CheckResult:
    """`changed` and `to_be`: what the stored tickets wait for, as part of a sentence."""
    now = clock.now()
    waiting = walk.find_waiting()
    since = min(waiting.values(), default=now)
    problems = []
    if now - since > LONG_WITHOUT_PROGRESS:
        words = (
            f"{changed} have changed, and stored tickets have waited to be {to_be} since {format_relative(since, now)}."
        )
        problems.append(Problem(words, is_serious=False))
    lag = f"How long tickets have waited to be {to_be} without progress."
    return CheckResult(
        problems=tuple(problems),
        facts={f"Tenants whose tickets are being {to_be}": _named(waiting)},
        gauges=(Gauge.one(gauge, lag, (now - since).total_seconds()),),
    )


def _silent(waiting: int, since: datetime, now: datetime) -> str:
    if not waiting:
        return "No worker is running: jobs stay in the queue. Start one with: manage.py worker"
    runs = _counted(waiting, "run waits", "runs wait")
    return f"No worker is running, and {runs}, the first since {format_relative(since, now)}. Start one with: manage.py worker"


def _named(slugs: Iterable[str]) -> str:
    """The first few, and how many more."""
    found = sorted(slugs)
    more = len(found) - MOST_NAMED
    return ", ".join(found[:MOST_NAMED]) + (f" and {format_number(more)} more" if more > 0 else "") or "none"


def _counted(number: int, one: str, many: str) -> str:
    return f"{format_number(number)} {one if number == 1 else many}"


HEALTH_CHECKS = (
    HealthCheck(name="external_api", title="Helpdesks", read=read_helpdesks, is_dependency=True),
    HealthCheck(name="workers", title="Workers", read=read_workers),
    HealthCheck(name="search", title="Search", read=read_search),
    HealthCheck(name="judging", title="Rules", read=read_reclassification),
    HealthCheck(name="tagging", title="Topics", read=read_tagging),
    HealthCheck(name="clocks", title="Clocks", read=read_recount),
    HealthCheck(name="rate_limits", title="Rate limits", read=read_rate_limits),
)
