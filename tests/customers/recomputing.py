"""What is kept about customers, worked out once more from all stored tickets in plain Python."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from supportsaas.db import mongo
from tenants.models import Tenant
from tickets.customers.leaving_words import find_leaving_word

DAY = timedelta(days=1)


def stored(tenant: Tenant) -> dict[str, dict[str, Any]]:
    return {each["customer_id"]: each for each in mongo.collection("customers").find({"tenant_id": tenant.slug})}


def recomputed(tenant: Tenant, *, now: datetime, usual: float | None) -> dict[str, dict[str, Any]]:
    """By customer: the numbers and the risk. `usual`: seconds that an urgent ticket usually takes."""
    by_customer: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for ticket in mongo.collection("tickets").find({"tenant_id": tenant.slug, "is_deleted": False}):
        if ticket["customer_id"]:
            by_customer[ticket["customer_id"]].append(ticket)
    return {name: _of(tickets, tenant, now, usual) for name, tickets in by_customer.items()}


def _of(tickets: list[dict[str, Any]], tenant: Tenant, now: datetime, usual: float | None) -> dict[str, Any]:
    midnight = now.astimezone(tenant.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    named = sorted(tickets, key=lambda each: (each["updated_at"], each["created_at"]))
    score, before = _score(tickets, now, usual, is_now=True), _score(tickets, now - 7 * DAY, usual, is_now=False)
    return {
        "total": len(tickets),
        "open": len([each for each in tickets if each["status"] not in ("closed", "resolved")]),
        "high": len([each for each in tickets if each["urgency"] == "high"]),
        "negative": len([each for each in tickets if each["sentiment"] == "negative"]),
        "newest_at": max(each["created_at"] for each in tickets),
        "name": next((each["customer_name"] for each in named[::-1] if each.get("customer_name")), ""),
        "risk": score,
        "change": score - before,
        "in_30_days": len([each for each in tickets if midnight - 29 * DAY <= each["created_at"] < midnight + DAY]),
        "in_12_weeks": len([each for each in tickets if _monday(midnight) - 77 * DAY <= each["created_at"]]),
    }


def seen(document: dict[str, Any]) -> dict[str, Any]:
    """The same of what is stored."""
    names = ("total", "open", "high", "negative", "newest_at", "name", "risk", "change")
    return {
        **{name: document[name] for name in names},
        "in_30_days": document["periods"]["30d"]["total"],
        "in_12_weeks": sum(total for total, _ in document["weeks"]),
    }


def _monday(midnight: datetime) -> datetime:
    return midnight - midnight.weekday() * DAY


def _score(tickets: list[dict[str, Any]], at: datetime, usual: float | None, *, is_now: bool) -> int:
    known = sorted([each for each in tickets if each["created_at"] <= at], key=lambda each: each["created_at"])

    def decayed(moment: datetime) -> float:
        days = (at - moment) / DAY
        return 0.0 if days > 180 else 2 ** (-max(days, 0.0) / 30)

    contacts = sum(
        decayed(known[n]["created_at"])
        for n in range(1, len(known))
        if known[n]["created_at"] - known[n - 1]["created_at"] <= 30 * DAY
    )
    repeated = 25 - 25 / 2 ** (contacts / 4)
    lately = [each for each in known if at - each["created_at"] <= 90 * DAY and each["sentiment"] != "unknown"]
    past = [
        each for each in known if 90 * DAY < at - each["created_at"] <= 365 * DAY and each["sentiment"] != "unknown"
    ]
    bad = [each["created_at"] for each in lately if each["sentiment"] == "negative"]
    negative = 0.0
    if bad and len(lately) >= 2 and len(past) >= 5:
        share = sum(map(decayed, bad)) / sum(decayed(each["created_at"]) for each in lately)
        rise = share - len([each for each in past if each["sentiment"] == "negative"]) / len(past)
        negative = 25 * min(max(rise, 0) * 2, 1) * decayed(max(bad))
    waiting = [each["created_at"] for each in known if each["urgency"] == "high" and _is_open(each, at, is_now)]
    urgent = 0.0
    if waiting and usual:
        urgent = 20 * min(max((at - min(waiting)).total_seconds() / usual - 1, 0) / 3, 1)
    reopened = 6 * sum(decayed(each) for ticket in known for each in ticket["turns"][1::2] if each <= at)
    leaving = max(
        (20 * decayed(each["created_at"]) for each in known if find_leaving_word(each["keywords"])), default=0
    )
    parts = zip((repeated, negative, urgent, reopened, leaving), (25, 25, 20, 10, 20), strict=True)
    return sum(int(min(points, most) + 0.5) for points, most in parts)


def _is_open(ticket: dict[str, Any], at: datetime, is_now: bool) -> bool:
    if is_now:
        return ticket["status"] not in ("closed", "resolved")
    return len([each for each in ticket["turns"] if each <= at]) % 2 == 0
