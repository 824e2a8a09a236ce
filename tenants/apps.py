from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"

    def ready(self) -> None:
        from tenants import deletion
        from tenants.accounts import sign_in_events, system_checks  # noqa: F401  importing registers the checks
        from tenants.audit import audit_log
        from tenants.credentials import sessions

        audit_log.connect()
        deletion.connect()
        sign_in_events.connect()
        sessions.connect()
