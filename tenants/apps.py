from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"

    def ready(self) -> None:
        from tenants import audit, deletion, log_in_events, sessions

        audit.connect()
        deletion.connect()
        log_in_events.connect()
        sessions.connect()
