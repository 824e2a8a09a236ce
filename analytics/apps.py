from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"

    def ready(self) -> None:
        from analytics.digest import sending
        from analytics.rollups import keeping, vitals
        from supportsaas.vitals import register
        from tickets import duties

        for duty in (*sending.DUTIES, *keeping.DUTIES):
            duties.register(duty)
        for vital in vitals.VITALS:
            register(vital)
