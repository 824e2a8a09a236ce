"""How MongoDB is: whether it takes writes, its members, its clock and its disk."""

from datetime import UTC

from pymongo.errors import OperationFailure
from pymongo.server_description import ServerDescription

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.formatting import format_count, format_number, format_percent, format_seconds
from supportsaas.ops import backup, health_checks
from supportsaas.ops.health_checks import Finding, Gauge, Reading, Vital

SKEW_SECONDS = 5.0
LAG_SECONDS = 60.0
DISK_PERCENT = 90.0
"""From here on it is told; MongoDB stops for good where its disk is full."""

COUNTED = ("tickets", "ticket_history", "ingestion_logs", "quarantine")


def read_mongodb() -> Reading:
    """The first sign: where the server does not answer, this says so, and nothing raises."""
    asked = clock.now()
    try:
        hello = mongo.client().admin.command("hello")
    except mongo.UNAVAILABLE:
        return _unreachable()
    skew = abs((hello["localTime"].replace(tzinfo=UTC) - asked).total_seconds())
    answered = (clock.now() - asked).total_seconds()
    findings, facts, gauges = [], {}, []
    if skew > SKEW_SECONDS + answered:
        findings.append(
            Finding(f"The clocks of this machine and of MongoDB differ by {format_count(round(skew), 'second')}.")
        )
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        findings.append(Finding("MongoDB does not run as a replica set, so nothing can be stored: start it as one."))
    members = list(mongo.client().topology_description.server_descriptions().values())
    silent = [each for each in members if not each.is_server_type_known]
    if silent:
        findings.append(
            Finding(
                f"{len(silent)} of {len(members)} members of MongoDB {_do(silent)} not answer; the others carry on."
            )
        )
    lag = max((_lag_seconds(each, members) for each in members), default=0.0)
    if lag > LAG_SECONDS:
        findings.append(Finding(f"A secondary of MongoDB is {format_count(round(lag), 'second')} behind."))
    if backup.is_half_restored():
        findings.append(Finding("A restore into this database did not finish. Begin it anew."))
    facts["Members"] = ", ".join(f"{each.address[0]}:{each.address[1]} {_part_of(each)}" for each in members)
    facts["Clock"] = f"{format_seconds(skew)} from this machine’s"
    gauges.append(Gauge.one("mongodb_members_silent", "Members of the replica set that do not answer.", len(silent)))
    gauges.append(Gauge.one("mongodb_replication_lag_seconds", "How far the slowest secondary is behind.", lag))
    gauges.append(Gauge.one("mongodb_clock_skew_seconds", "Between this machine and MongoDB.", skew))
    sizes = Gauge.by(
        "collection",
        "documents",
        "Documents, roughly; tickets with the deleted ones.",
        {name: mongo.collection(name).estimated_document_count() for name in COUNTED},
    )
    facts["Tickets"] = f"{format_number(round(sizes.values[(('collection', 'tickets'),)]))}, with the deleted ones"
    disk = _disk_percent()
    if disk is not None:
        facts["Disk"] = f"{format_percent(disk / 100, decimals=0)} full"
        gauges.append(Gauge.one("mongodb_disk_used_ratio", "Of the disk that MongoDB stores on.", disk / 100))
        if disk >= DISK_PERCENT:
            findings.append(
                Finding(
                    f"The disk of MongoDB is {format_percent(disk / 100, decimals=0)} full. Where it is full, nothing can be stored."
                )
            )
    return Reading(findings=tuple(findings), facts=facts, gauges=(*gauges, sizes))


def _unreachable() -> Reading:
    description = mongo.client().topology_description
    readable = [each for each in description.server_descriptions().values() if each.is_readable]
    if readable and not description.has_writable_server():
        sentence = "MongoDB has no primary: fewer than a majority of its members answer, so nothing can be stored."
        return Reading(state="unhealthy: there is no primary", findings=(Finding(sentence),))
    return Reading(state=health_checks.AWAY, findings=(Finding("MongoDB does not answer."),))


def _do(silent: list[ServerDescription]) -> str:
    return "does" if len(silent) == 1 else "do"


def _part_of(member: ServerDescription) -> str:
    return {"RSPrimary": "primary", "RSSecondary": "secondary", "RSArbiter": "arbiter"}.get(
        member.server_type_name, member.server_type_name.lower()
    )


def _lag_seconds(member: ServerDescription, members: list[ServerDescription]) -> float:
    """How far a secondary is behind the primary, each taken from when it was last asked."""
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
    except OperationFailure:  # the user may not ask for it
        return None
    total = stats.get("fsTotalSize")
    return 100 * stats["fsUsedSize"] / total if total else None


VITAL = Vital(name="mongodb", title="MongoDB", read=read_mongodb, is_dependency=True)
