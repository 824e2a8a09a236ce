from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "tickets"

    def ready(self) -> None:
        from supportsaas.ops import per_tenant_work
        from supportsaas.ops.health_checks import register
        from tickets.alerts import health_checks as alert_health_checks
        from tickets.ingestion import health_checks
        from tickets.rollups import health_checks as rollup_health_checks

        for module in (health_checks, per_tenant_work, alert_health_checks, rollup_health_checks):
            for check in module.HEALTH_CHECKS:
                register(check)
