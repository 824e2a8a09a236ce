"""Django's own apps with MongoDB object ids as primary keys, and what the project does at startup."""

from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.auth.apps import AuthConfig as DjangoAuthConfig
from django.contrib.contenttypes.apps import ContentTypesConfig as DjangoContentTypesConfig

_OBJECT_ID = "django_mongodb_backend.fields.ObjectIdAutoField"


class AdminConfig(SimpleAdminConfig):
    """`supportsaas/urls.py` imports the pages of the admin: they need all other pages, and commands need none of them."""

    default_auto_field = _OBJECT_ID
    default_site = "supportsaas.web.admin_site.AdminSite"


class AuthConfig(DjangoAuthConfig):
    default_auto_field = _OBJECT_ID


class ContentTypesConfig(DjangoContentTypesConfig):
    default_auto_field = _OBJECT_ID


class SupportSaaSConfig(AppConfig):
    name = "supportsaas"
    verbose_name = "SupportSaaS"

    def ready(self) -> None:
        # The first query opens the pool; the end of the process closes it.
        import atexit

        from supportsaas.db import mongo
        from supportsaas.ops import health_checks, mongodb_checks, system_checks  # noqa: F401  checks register themselves

        atexit.register(mongo.close)
        health_checks.register(mongodb_checks.HEALTH_CHECK)
