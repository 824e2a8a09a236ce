"""Django settings: one file, read strictly from the environment (docs/operations.md lists it)."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from supportsaas import crypto, environment
from supportsaas.net.addresses import AllowedHosts
from supportsaas.ops import demo_environment, logs
from supportsaas.web_server.limits import BODY_BYTES

BASE_DIR = demo_environment.BASE_DIR
DATA_DIR = demo_environment.data_dir()

# -- Secrets and database: from the environment, or all from the demo ------------
DEMO = False
_demo = None if environment.text("MONGODB_URI", "") else demo_environment.find()
if _demo is not None:
    DEMO = True
    SECRET_KEY = environment.text("SECRET_KEY", _demo["secret_key"])
    ENCRYPTION_KEYS = environment.words("ENCRYPTION_KEY", default=[_demo["encryption_key"]])
    MONGODB_URI = f"mongodb://127.0.0.1:{_demo['mongod_port']}/?replicaSet=rs0"
else:
    if not environment.text("MONGODB_URI", ""):
        raise ImproperlyConfigured(
            "MONGODB_URI is not set, and the data directory has no demo. Set it to your "
            "MongoDB (mongodb://…), or start the demo with: manage.py demo"
        )
    MONGODB_URI = environment.mongodb_uri("MONGODB_URI")
    SECRET_KEY = environment.text("SECRET_KEY")
    ENCRYPTION_KEYS = environment.words("ENCRYPTION_KEY", default=[])
    if not ENCRYPTION_KEYS:
        raise ImproperlyConfigured(
            "ENCRYPTION_KEY is not set: it encrypts the helpdesks' credentials. Create one with: "
            "python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
        )
crypto.check_keys(ENCRYPTION_KEYS)

MONGODB_NAME = environment.text("MONGODB_NAME", "supportsaas")
PORT = environment.integer("PORT", default=8000, minimum=1, maximum=65535)
PUBLIC_URL_IS_SET = bool(environment.text("PUBLIC_URL", ""))
PUBLIC_URL = environment.web_address("PUBLIC_URL", default=f"http://127.0.0.1:{PORT}")
DEBUG = environment.boolean("DEBUG", default=False)
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS", default=[])
# Without it, /metrics is off.
METRICS_TOKEN = environment.text("METRICS_TOKEN", "")
USE_HTTPS = environment.boolean("USE_HTTPS", default=False)
HSTS_SECONDS = environment.integer("HSTS_SECONDS", default=31_536_000, minimum=0, maximum=63_072_000)
REQUIRE_TWO_FACTOR_FOR_STAFF = environment.boolean("REQUIRE_TWO_FACTOR_FOR_STAFF", default=False)
REQUIRE_TWO_FACTOR_FOR_ADMINS = environment.boolean("REQUIRE_TWO_FACTOR_FOR_ADMINS", default=False)
TRUSTED_PROXIES = environment.integer("TRUSTED_PROXIES", default=0, minimum=0, maximum=10)

# -- Limits -------------------------------------------------------------------------------
RATE_LIMIT_REQUESTS = environment.integer("RATE_LIMIT_REQUESTS", default=60, minimum=0, maximum=5_000)
RATE_LIMIT_WINDOW_SECONDS = environment.integer("RATE_LIMIT_WINDOW_SECONDS", default=60, minimum=1, maximum=3600)
# For each token and each signed-in user of the JSON API. 0 means no limit. A token may have its own limit.
API_REQUESTS_PER_MINUTE = environment.integer("API_REQUESTS_PER_MINUTE", default=600, minimum=0, maximum=60_000)
# For each signed-in user, in each process of the web server. 0 means no limit.
PAGES_PER_MINUTE = environment.integer("PAGES_PER_MINUTE", default=600, minimum=0, maximum=60_000)
DATABASE_PATIENCE_SECONDS = environment.integer("DATABASE_PATIENCE_SECONDS", default=30, minimum=1, maximum=600)
CONVERSATION_DAYS = environment.integer("CONVERSATION_DAYS", default=0, minimum=0, maximum=3_650)
"""Messages of a ticket are kept this long after the newest; 0 keeps them as long as the ticket."""
NOTIFY_MAX_AGE_HOURS = environment.integer("NOTIFY_MAX_AGE_HOURS", default=24, minimum=1, maximum=24 * 365)
try:
    OUTBOUND_ALLOWED_HOSTS = AllowedHosts.parse(
        environment.words("OUTBOUND_ALLOWED_HOSTS", default=["127.0.0.1"] if DEMO else [])
    )
except ValueError as error:
    raise ImproperlyConfigured(f"OUTBOUND_ALLOWED_HOSTS: {error}") from None
# A message whose attempts fail for this long has failed. Users can retry it.
NOTIFY_GIVE_UP_HOURS = environment.integer("NOTIFY_GIVE_UP_HOURS", default=24, minimum=1, maximum=24 * 30)
# Deletions of more tickets than this at once, and more than this share of all, need confirmation.
DELETION_BRAKE_TICKETS = environment.integer("DELETION_BRAKE_TICKETS", default=10, minimum=0, maximum=1_000_000)
DELETION_BRAKE_PERCENT = environment.integer("DELETION_BRAKE_PERCENT", default=20, minimum=0, maximum=100)
# A run stops at these limits and keeps what it has imported; the next run resumes. TENANT_MOST_TICKETS=0 means no limit.
RUN_LONGEST_MINUTES = environment.integer("RUN_LONGEST_MINUTES", default=360, minimum=1, maximum=60 * 24 * 7)
RUN_MOST_PAGES = environment.integer("RUN_MOST_PAGES", default=200_000, minimum=1, maximum=1_000_000_000)
RUN_MOST_TICKETS = environment.integer("RUN_MOST_TICKETS", default=10_000_000, minimum=1, maximum=1_000_000_000)
TENANT_MOST_TICKETS = environment.integer("TENANT_MOST_TICKETS", default=0, minimum=0, maximum=1_000_000_000)
# A run pauses after this long if other runs wait for a run slot.
WORKER_TURN_SECONDS = environment.integer("WORKER_TURN_SECONDS", default=20, minimum=1, maximum=86_400)

# -- E-mail. Without EMAIL_HOST none is sent; the demo writes it to files --------------------
EMAIL_HOST = environment.text("EMAIL_HOST", "")
EMAIL_PORT = environment.integer("EMAIL_PORT", default=587, minimum=1, maximum=65535)
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD", "")
EMAIL_SECURITY = environment.choice("EMAIL_SECURITY", default="starttls", among=("starttls", "tls", "none"))
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_SECURITY == "starttls", EMAIL_SECURITY == "tls"
EMAIL_TIMEOUT = 15
EMAIL_IS_SET = bool(EMAIL_HOST) or DEMO
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = environment.text("EMAIL_FROM", "SupportSaaS <supportsaas@localhost>")

# -- Django --------------------------------------------------------------------------------
INSTALLED_APPS = [
    "supportsaas.apps.AdminConfig",
    "supportsaas.apps.AuthConfig",
    "supportsaas.apps.ContentTypesConfig",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "supportsaas.apps.SupportSaaSConfig",
    "tenants",
    "tickets",
    "analytics",
]
PERIODIC_TASK_MODULES = [
    "tickets.ingestion.schedule",
    "tickets.ingestion.hook_calls",
    "tickets.ingestion.outages",
    "tickets.store.word_index",
    "tickets.store.older_words",
    "tickets.rules.reclassification",
    "tickets.rules.retraining",
    "tickets.incidents.watching",
    "tickets.customers.refreshing",
    "tickets.topics.finding",
    "tickets.topics.tagging",
    "tickets.status_mapping.remapping",
    "tickets.recount.walk",
    "tickets.number_alerts.watching",
    "tickets.notes.mailing",
    "tickets.ingestion.delivering",
    "tickets.alerts.escalating",
    "tickets.erasure.retention",
    "tickets.erasure.tenants",
    "tickets.rollups.building",
    "tickets.rollups.checking",
    "tickets.rollups.keywords",
    "analytics.insights.watching",
    "analytics.digest.sending",
    "analytics.sharing.scheduling",
    "analytics.sharing.sending",
]
MIDDLEWARE = [
    "supportsaas.web.request_log.request_log",
    "supportsaas.web.security_headers.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "supportsaas.api.answers.api_answers",
    "supportsaas.web.uploads.bounded_bodies",
    "supportsaas.web.middleware.database_patience",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "supportsaas.page_quota.page_quota",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "supportsaas.web.middleware.answer_htmx",
    "supportsaas.web.wrong_method.lead_to_page",
    "supportsaas.web.current_request.remember_request",
    "supportsaas.web.middleware.mongo_unavailable",
    "tenants.credentials.sessions.note_last_seen",
    "tenants.accounts.require_second_factor.RequireSecondFactor",
]
ROOT_URLCONF = "supportsaas.urls"
WSGI_APPLICATION = "supportsaas.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tenants.context_processors.frame",
                "tickets.context_processors.freshness",
                "tickets.context_processors.mentions",
            ],
        },
    },
    {  # *.jinja, asked for by name: the parts of pages with hundreds of rows and marks
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {"environment": "supportsaas.web.jinja_templates.environment"},
    },
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

DATABASES = {
    "default": {
        "ENGINE": "supportsaas.db.engine",
        "HOST": MONGODB_URI,
        "NAME": MONGODB_NAME,
        "OPTIONS": {
            "minPoolSize": 10,
            "maxPoolSize": 50,
            "maxIdleTimeMS": 45_000,
            "serverSelectionTimeoutMS": 5_000,
            "appname": "supportsaas",
        },
    },
}
DATABASE_ROUTERS = ["django_mongodb_backend.routers.MongoRouter"]
DEFAULT_AUTO_FIELD = "django_mongodb_backend.fields.ObjectIdAutoField"
MIGRATION_MODULES = {
    "admin": "supportsaas.db.migrations_of_django.admin",
    "auth": "supportsaas.db.migrations_of_django.auth",
    "contenttypes": "supportsaas.db.migrations_of_django.contenttypes",
}

AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["tenants.accounts.sign_in.ThrottledBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"


def _static_files_of(package: str) -> list[Path]:
    """Without importing it, as an installed app is. Of ninja, only /api/docs needs what is there, and no command does."""
    spec = find_spec(package)
    return [Path(place) / "static" for place in (spec and spec.submodule_search_locations) or ()]


STATICFILES_DIRS = [BASE_DIR / "static", *_static_files_of("ninja")]
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# -- Security of sessions and transport----------------------------------------------------
SESSION_ENGINE = "tenants.credentials.sessions"
CSRF_FAILURE_VIEW = "tenants.views.sign_in.show_csrf_failure"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # forms carry the CSRF token themselves
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = USE_HTTPS
if USE_HTTPS:
    # Browsers accept cookies with this prefix only from this host, over HTTPS.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURE_HSTS_SECONDS = HSTS_SECONDS if USE_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = USE_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if USE_HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^health$"]
SECURE_REFERRER_POLICY = SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = BODY_BYTES
FILE_UPLOAD_HANDLERS = ["supportsaas.web.uploads.RejectFiles"]

LOGGING = logs.configuration(environment.choice("LOG_FORMAT", default="line", among=logs.FORMATS))
