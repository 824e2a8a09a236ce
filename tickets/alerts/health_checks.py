"""How alerts are: what waits to be delivered, what was given up, and which endpoints do not work."""

from datetime import timedelta

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.formatting import format_number, format_relative
from supportsaas.ops.health_checks import CheckResult, Gauge, HealthCheck, Problem
from supportsaas.reliability import circuit_breaker, outbox
from tickets.alerts import deliveries

LONG_DUE = timedelta(minutes=10)
"""Workers look every half second, so what is due so long is not looked at, or comes faster than it leaves."""

DEAD_WITHIN = timedelta(days=2)


def read_alerts() -> CheckResult:
    now = clock.now()
    news, messages = mongo.collection(outbox.COLLECTION), mongo.collection(deliveries.COLLECTION)
    due_news = {"status": "waiting", "due_at": {"$lte": now}}
    due_messages = {"status": "pending", "next_attempt_at": {"$lte": now}}
    oldest_news = news.find_one(due_news, {"due_at": 1}, sort=[("due_at", 1)])
    oldest_message = messages.find_one(due_messages, {"next_attempt_at": 1}, sort=[("next_attempt_at", 1)])
    since = min(
        (each[name] for each, name in ((oldest_news, "due_at"), (oldest_message, "next_attempt_at")) if each),
        default=now,
    )
    due = news.count_documents(due_news) + messages.count_documents(due_messages)
    later = messages.count_documents({"status": "pending", "next_attempt_at": {"$gt": now}})
    dead = messages.count_documents({"status": "dead", "composed_at": {"$gt": now - DEAD_WITHIN}})
    circuits = circuit_breaker.find_all_states()
    broken = sorted(name for name, each in circuits.items() if each.state != "closed")
    problems = []
    if now - since > LONG_DUE:
        are = "alert is" if due == 1 else "alerts are"
        problems.append(
            Problem(f"{format_number(due)} {are} due and not sent, the first since {format_relative(since, now)}.")
        )
    if broken:
        do = "endpoint does" if len(broken) == 1 else "endpoints do"
        problems.append(
            Problem(
                f"{format_number(len(broken))} {do} not take alerts at present (circuit open); "
                "they are kept and tried again."
            )
        )
    if dead:
        were = "alert was" if dead == 1 else "alerts were"
        problems.append(Problem(f"{format_number(dead)} {were} given up within two days.", is_serious=False))
    return CheckResult(
        problems=tuple(problems),
        facts={
            "Due now": format_number(due),
            "To be tried later": format_number(later),
            "Given up within two days": format_number(dead),
            "Endpoints that do not work": ", ".join(broken) or "none",
        },
        gauges=(
            Gauge.by(
                "state",
                "alerts",
                "Alerts by state; dead are those of two days.",
                {"due": due, "later": later, "dead": dead},
            ),
            Gauge.one("oldest_due_alert_seconds", "How long the first is due already.", (now - since).total_seconds()),
            Gauge.by(
                "endpoint",
                "circuit_state",
                "Of an endpoint of alerts: 0 closed, 1 half open, 2 open.",
                {name: circuit_breaker.STATES.index(each.state) for name, each in circuits.items()},
            ),
        ),
    )


HEALTH_CHECKS = (HealthCheck(name="alerts", title="Alerts", read=read_alerts),)
