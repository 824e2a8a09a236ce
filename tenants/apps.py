from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"

    def ready(self) -> None:
        from tenants import audit, checks, deletion, log_in_events, sessions  # noqa: F401  the checks register themselves

        audit.connect()
        deletion.connect()
        log_in_events.connect()
        sessions.connect()
