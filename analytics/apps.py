from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"

    def ready(self) -> None:
        from analytics.rollups import health_checks
        from supportsaas.ops.health_checks import register

        for check in health_checks.HEALTH_CHECKS:
            register(check)
