from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"

    def ready(self) -> None:
        from tenants import audit, sessions

        audit.connect()
        sessions.connect()
