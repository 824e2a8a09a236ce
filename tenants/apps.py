from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"

    def ready(self) -> None:
        from tenants import checks, deletion  # noqa: F401  its checks register themselves
        from tenants.accounts import log_in_events
        from tenants.audit import audit_log
        from tenants.credentials import sessions

        audit_log.connect()
        deletion.connect()
        log_in_events.connect()
        sessions.connect()
