from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "tickets"

    def ready(self) -> None:
        from supportsaas.ops import per_tenant_work
        from supportsaas.ops.health_checks import register
        from tickets.alerts import health_checks as alert_health_checks
        from tickets.ingestion import health_checks

        for check in (*health_checks.HEALTH_CHECKS, *per_tenant_work.HEALTH_CHECKS, *alert_health_checks.HEALTH_CHECKS):
            register(check)
