"""Health check of alerts: what is due, what failed, and which endpoints do not work."""

from datetime import timedelta

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.formatting import format_number, format_relative
from supportsaas.ops.health_checks import CheckResult, Gauge, HealthCheck, Problem
from supportsaas.reliability import circuit_breaker, outbox
from tickets.alerts import deliveries

LONG_DUE = timedelta(minutes=10)
"""Workers check every half second. If an alert is due this long, no worker runs or alerts arrive faster than they leave."""

FAILED_WITHIN = timedelta(days=2)


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
    dead = messages.count_documents({"status": "dead", "composed_at": {"$gt": now - FAILED_WITHIN}})
    circuits = circuit_breaker.find_all_states()
    broken = sorted(name for name, each in circuits.items() if each.state != "closed")
    problems = []
    if now - since > LONG_DUE:
        are = "alert is" if due == 1 else "alerts are"
        problems.append(
            Problem(
                f"{format_number(due)} {are} due but not sent; the oldest became due {format_relative(since, now)}."
            )
        )
    if broken:
        do = "endpoint does" if len(broken) == 1 else "endpoints do"
        problems.append(
            Problem(f"{format_number(len(broken))} {do} not accept alerts (circuit open). Alerts are kept and retried.")
        )
    if dead:
        were = "alert was" if dead == 1 else "alerts were"
        problems.append(Problem(f"{format_number(dead)} {were} not delivered in the last 2 days.", is_serious=False))
    return CheckResult(
        problems=tuple(problems),
        facts={
            "Due now": format_number(due),
            "Retrying later": format_number(later),
            "Failed in the last 2 days": format_number(dead),
            "Failing endpoints": ", ".join(broken) or "none",
        },
        gauges=(
            Gauge.by(
                "state",
                "alerts",
                "Alerts by state; dead counts the last two days.",
                {"due": due, "later": later, "dead": dead},
            ),
            Gauge.one(
                "oldest_due_alert_seconds", "Age of the oldest due alert, in seconds.", (now - since).total_seconds()
            ),
            Gauge.by(
                "endpoint",
                "circuit_state",
                "Circuit state of an alert endpoint: 0 closed, 1 half open, 2 open.",
                {name: circuit_breaker.STATES.index(each.state) for name, each in circuits.items()},
            ),
        ),
    )


HEALTH_CHECKS = (HealthCheck(name="alerts", title="Alerts", read=read_alerts),)
