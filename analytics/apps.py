from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"

    def ready(self) -> None:
        from analytics.digest import sending
        from analytics.rollups import health_checks, refreshing
        from supportsaas.ops import periodic_tasks
        from supportsaas.ops.health_checks import register

        for duty in (*sending.DUTIES, *refreshing.DUTIES):
            periodic_tasks.register(duty)
        for vital in health_checks.VITALS:
            register(vital)
