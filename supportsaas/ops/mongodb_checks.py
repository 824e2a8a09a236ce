"""The health check of MongoDB: whether it accepts writes, its members, its clock and its disk."""

from datetime import UTC

from pymongo.errors import OperationFailure
from pymongo.server_description import ServerDescription

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.formatting import format_count, format_number, format_percent, format_seconds
from supportsaas.ops import backup, health_checks
from supportsaas.ops.health_checks import CheckResult, Gauge, HealthCheck, Problem

SKEW_SECONDS = 5.0
LAG_SECONDS = 60.0
DISK_PERCENT = 90.0
"""Reported from here on. MongoDB stops when its disk is full."""

COUNTED = ("tickets", "ticket_history", "ingestion_logs", "quarantine")


def read_mongodb() -> CheckResult:
    """Runs before all other checks. It never raises: an unreachable server is a result."""
    asked = clock.now()
    try:
        hello = mongo.client().admin.command("hello")
    except mongo.UNAVAILABLE:
        return _unreachable()
    skew = abs((hello["localTime"].replace(tzinfo=UTC) - asked).total_seconds())
    answered = (clock.now() - asked).total_seconds()
    problems, facts, gauges = [], {}, []
    if skew > SKEW_SECONDS + answered:
        problems.append(
            Problem(f"The clocks of this machine and MongoDB differ by {format_count(round(skew), 'second')}.")
        )
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        problems.append(
            Problem("MongoDB does not run as a replica set, so nothing can be stored. Start it as a replica set.")
        )
    members = list(mongo.client().topology_description.server_descriptions().values())
    silent = [each for each in members if not each.is_server_type_known]
    if silent:
        problems.append(
            Problem(
                f"{len(silent)} of {len(members)} members of MongoDB {_do(silent)} not answer. The others still work."
            )
        )
    lag = max((_lag_seconds(each, members) for each in members), default=0.0)
    if lag > LAG_SECONDS:
        problems.append(Problem(f"A secondary of MongoDB is {format_count(round(lag), 'second')} behind."))
    if backup.is_half_restored():
        problems.append(Problem("A restore into this database did not finish. Run it again."))
    facts["Members"] = ", ".join(f"{each.address[0]}:{each.address[1]} {_part_of(each)}" for each in members)
    facts["Clock"] = f"{format_seconds(skew)} off this machine’s clock"
    gauges.append(Gauge.one("mongodb_members_silent", "Members of the replica set that do not answer.", len(silent)))
    gauges.append(Gauge.one("mongodb_replication_lag_seconds", "Lag of the slowest secondary.", lag))
    gauges.append(Gauge.one("mongodb_clock_skew_seconds", "Clock difference between this machine and MongoDB.", skew))
    sizes = Gauge.by(
        "collection",
        "documents",
        "Estimated number of documents, deleted tickets included.",
        {name: mongo.collection(name).estimated_document_count() for name in COUNTED},
    )
    facts["Tickets"] = f"{format_number(round(sizes.values[(('collection', 'tickets'),)]))}, including deleted ones"
    disk = _disk_percent()
    if disk is not None:
        facts["Disk"] = f"{format_percent(disk / 100, decimals=0)} full"
        gauges.append(
            Gauge.one("mongodb_disk_used_ratio", "Used share of the disk that MongoDB stores its data on.", disk / 100)
        )
        if disk >= DISK_PERCENT:
            problems.append(
                Problem(
                    f"The disk of MongoDB is {format_percent(disk / 100, decimals=0)} full. Once it is full, nothing can be stored."
                )
            )
    return CheckResult(problems=tuple(problems), facts=facts, gauges=(*gauges, sizes))


def _unreachable() -> CheckResult:
    description = mongo.client().topology_description
    readable = [each for each in description.server_descriptions().values() if each.is_readable]
    if readable and not description.has_writable_server():
        sentence = "MongoDB has no primary, because most of its members do not answer. Nothing can be stored."
        return CheckResult(state="unhealthy: there is no primary", problems=(Problem(sentence),))
    return CheckResult(state=health_checks.UNREACHABLE, problems=(Problem("MongoDB does not answer."),))


def _do(silent: list[ServerDescription]) -> str:
    return "does" if len(silent) == 1 else "do"


def _part_of(member: ServerDescription) -> str:
    return {"RSPrimary": "primary", "RSSecondary": "secondary", "RSArbiter": "arbiter"}.get(
        member.server_type_name, member.server_type_name.lower()
    )


def _lag_seconds(member: ServerDescription, members: list[ServerDescription]) -> float:
    """How far a secondary lags behind the primary. Accounts for the time at which each was last asked."""
    primary = next((each for each in members if each.server_type_name == "RSPrimary"), None)
    if primary is None or member.server_type_name != "RSSecondary":
        return 0.0
    if primary.last_write_date is None or member.last_write_date is None:
        return 0.0
    ahead = primary.last_write_date - member.last_write_date
    return max(ahead - (primary.last_update_time - member.last_update_time), 0.0)


def _disk_percent() -> float | None:
    try:
        stats = mongo.database().command("dbStats")
    except OperationFailure:  # the user lacks the permission
        return None
    total = stats.get("fsTotalSize")
    return 100 * stats["fsUsedSize"] / total if total else None


HEALTH_CHECK = HealthCheck(name="mongodb", title="MongoDB", read=read_mongodb, is_dependency=True)
