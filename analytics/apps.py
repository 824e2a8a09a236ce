from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"

    def ready(self) -> None:
        from analytics.digest import sending
        from tickets import duties

        for duty in sending.DUTIES:
            duties.register(duty)
