"""How many tickets were created in each hour of UTC, for the API, which names every hour."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from analytics.dashboard.query_scope import QueryScope
from analytics.figures import HourCount
from supportsaas.db import mongo
from tickets.records.collection_names import TICKETS
from tickets.records.period import Period
from tickets.rollups.blocks import HOUR, Pieces, joined_days, joined_periods, start_of
from tickets.rollups.differences import HOURS
from tickets.rollups.writing import NUMBERS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def count_hours(scope: QueryScope, period: Period) -> tuple[HourCount, ...]:
    """The hours with tickets, in order.

    Stored days are read as they are and added up here: a year is 365 documents, and to make 8,761 rows of them takes
    MongoDB ten times as long. Where the zone is half an hour off, the hours of its days are not those of UTC, so they
    are counted from the tickets.
    """
    pieces = _on_hours_of_utc(scope.cut(period), scope.view.zone)
    numbers, session = mongo.collection(NUMBERS), scope.view.session
    found: Counter[datetime] = Counter()
    if pieces.days:
        for day in numbers.find(scope.days(pieces.days), {"_id": 0, "at": 1, HOURS: 1}, session=session):
            for hour, count in day.get(HOURS, {}).items():
                found[day["at"] + int(hour) * HOUR] += count
    if pieces.hours:
        for row in numbers.find(scope.hours(pieces.hours), {"_id": 0, "at": 1, "total": 1}, session=session):
            found[row["at"]] += row.get("total", 0)
    if pieces.raw:
        by_hour = {"_id": {"$dateTrunc": {"date": "$created_at", "unit": "hour"}}, "count": {"$sum": 1}}
        stages = [{"$match": scope.tickets(pieces.raw)}, {"$group": by_hour}]
        for row in mongo.collection(TICKETS).aggregate(stages, session=session, allowDiskUse=True):
            found[row["_id"]] += row["count"]
    return tuple(HourCount(hour, found[hour]) for hour in sorted(found) if found[hour] > 0)


def _on_hours_of_utc(pieces: Pieces, zone: ZoneInfo) -> Pieces:
    """The same, with the tickets instead of days and hours that do not begin with an hour of UTC.

    Some zones are half an hour off only in summer, or were for some years.
    """
    days = [day for each in pieces.days for day in range(*each)]
    off = {day for day in days if _is_off(start_of(day, zone))}
    raw = [
        *pieces.raw,
        *(Period(start_of(day, zone), start_of(day + 1, zone)) for day in off),
        *(each for each in pieces.hours if _is_off(each.start)),
    ]
    return Pieces(
        days=tuple(joined_days([(day, day + 1) for day in days if day not in off])),
        hours=tuple(each for each in pieces.hours if not _is_off(each.start)),
        raw=tuple(joined_periods(raw)),
    )


def _is_off(start: datetime) -> bool:
    return (start - _EPOCH) % HOUR != timedelta(0)
