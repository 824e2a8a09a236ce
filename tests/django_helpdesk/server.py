"""A real django-helpdesk on SQLite, on loopback. `DJANGO_HELPDESK` names the environment it is installed in."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.real_servers import RealServer, basic_login

PASSWORD = "only-for-this-test"
USER = "admin"

_SETTINGS = """
import os
BASE = os.path.dirname(__file__)
SECRET_KEY = os.urandom(20).hex()
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
_OF_DJANGO = ("admin", "auth", "contenttypes", "sessions", "messages", "staticfiles", "sites", "humanize")
INSTALLED_APPS = [f"django.contrib.{name}" for name in _OF_DJANGO] + ["rest_framework", "helpdesk"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "site_urls"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {
    "context_processors": ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
                           "django.contrib.messages.context_processors.messages"]}}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.path.join(BASE, "db.sqlite3"),
                         "OPTIONS": {"timeout": 20}}}
SITE_ID = 1
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
MEDIA_ROOT = os.path.join(BASE, "media")
MEDIA_URL = "/media/"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
LOGIN_URL = "helpdesk:login"
HELPDESK_TEAMS_MODE_ENABLED = False
"""

_URLS = """
from django.contrib import admin
from django.urls import include, path
urlpatterns = [
    path("admin/", admin.site.urls),
    path("helpdesk/", include("helpdesk.urls", namespace="helpdesk")),
]
"""

_SETUP = """
import sys
import django
django.setup()
from django.contrib.auth import get_user_model
from helpdesk.models import Queue
get_user_model().objects.create_superuser(sys.argv[1], "admin@example.com", sys.argv[2])
Queue.objects.create(title="Support", slug="support", email_address="support@example.com")
"""

_STEP = """
import sys
import django
django.setup()
from helpdesk.models import FollowUp, Queue, Ticket
what, *words = sys.argv[1:]
if what == "create":
    queue = Queue.objects.get()
    for number in range(int(words[0])):
        made = Ticket.objects.create(
            queue=queue, title=f"{words[1]} #{number}", description=f"Hello,\\nmessage {number}",
            submitter_email=f"user{number % 7}@example.com", priority=number % 5 + 1)
        print(made.pk)
elif what == "status":
    Ticket.objects.filter(pk=words[0]).update(status=int(words[1]))
elif what == "reply":
    FollowUp.objects.create(ticket_id=words[0], title="Comment", comment=words[1], public=words[2] == "public")
elif what == "delete":
    Ticket.objects.get(pk=words[0]).delete()
"""


class DjangoHelpdeskServer(RealServer):
    """Has one empty queue, `support`."""

    name = "django-helpdesk"
    probe_path = "/helpdesk/api/"

    @property
    def _python(self) -> Path:
        return Path(os.environ["DJANGO_HELPDESK"]) / "bin" / "python"

    def prepare(self) -> None:
        (self.directory / "media").mkdir()
        for name, text in (("site_conf", _SETTINGS), ("site_urls", _URLS), ("setup", _SETUP), ("step", _STEP)):
            (self.directory / f"{name}.py").write_text(text)
        self.run(self._python, "-m", "django", "migrate", "-v0")
        self.run(self._python, "setup.py", USER, PASSWORD)

    def command(self) -> Sequence[str | Path]:
        return [self._python, "-m", "django", "runserver", "--noreload", f"127.0.0.1:{self.port}"]

    def environment(self) -> Mapping[str, str]:
        return {"DJANGO_SETTINGS_MODULE": "site_conf", "PYTHONPATH": str(self.directory)}

    def headers(self) -> Mapping[str, str]:
        return {"Authorization": basic_login(USER, PASSWORD)}

    def create_tickets(self, number: int, title: str) -> list[str]:
        return self._step("create", str(number), title).split()

    def change_status(self, ticket: str, status: int) -> None:
        self._step("status", ticket, str(status))

    def reply(self, ticket: str, text: str, *, is_public: bool) -> None:
        self._step("reply", ticket, text, "public" if is_public else "internal")

    def delete(self, ticket: str) -> None:
        self._step("delete", ticket)

    def _step(self, *words: str) -> str:
        return self.run(self._python, "step.py", *words)
