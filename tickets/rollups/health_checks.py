"""Whether all tenants have roll-ups, and whether they agree with the tickets, for `/health`, `/metrics` and the system page."""

from supportsaas.formatting import format_count
from supportsaas.ops.health_checks import CheckResult, Gauge, HealthCheck, Problem
from tenants.models import Tenant
from tickets.rollups import state
from tickets.rollups.checking import count_recent_differences


def read_rollups() -> CheckResult:
    incomplete = state.find_incomplete()
    building = Tenant.objects.filter(slug__in=incomplete).count() if incomplete else 0
    differences = count_recent_differences()
    return CheckResult(
        problems=_problems(differences),
        facts={"Roll-ups being built": format_count(building, "tenant")},
        gauges=(
            Gauge.one("rollups_building", "Tenants whose roll-ups are being built.", building),
            Gauge.one(
                "rollup_differences", "Days of the last 24 hours' checks that were wrong and repaired.", differences
            ),
        ),
    )


def _problems(differences: int) -> tuple[Problem, ...]:
    if not differences:
        return ()
    return (
        Problem(
            f"Numbers of {format_count(differences, 'day')} did not agree with the tickets in the last 24 hours. They "
            "were repaired. See the log for the tenants and days.",
            is_serious=False,
        ),
    )


HEALTH_CHECKS = (HealthCheck(name="rollups", title="Roll-ups", read=read_rollups),)
