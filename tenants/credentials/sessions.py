"""Sessions that a user can see and end: Django's, with user, address and time of last use."""

import hashlib
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.web.client_address import client_address

SEEN_PRECISION = timedelta(minutes=5)
_SIGNED_IN = "signed_in"


class PersonSession(AbstractBaseSession):
    """A session. `user_key` is empty before sign-in."""

    # An index in supportsaas.db.indexes makes MongoDB delete expired sessions.
    expire_date = models.DateTimeField()
    user_key = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=300, blank=True)
    signed_in_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["user_key"], name="session_of_person")]

    @classmethod
    def get_session_store_class(cls) -> type["SessionStore"]:
        return SessionStore

    @property
    def handle(self) -> str:
        """Identifies the session on a page, without revealing its key."""
        return hashlib.sha256(self.session_key.encode()).hexdigest()[:24]

    @property
    def device(self) -> str:
        """The browser and operating system, for display."""
        return _device(self.agent)


class SessionStore(DatabaseStore):
    last_seen_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[PersonSession]:
        return PersonSession

    def create_model_instance(self, data: dict[str, Any]) -> PersonSession:
        session: PersonSession = super().create_model_instance(data)  # type: ignore[assignment]
        session.user_key = str(data.get(SESSION_KEY, ""))
        signed_in = data.get(_SIGNED_IN, {})
        session.address, session.agent = signed_in.get("address", ""), signed_in.get("agent", "")
        if "at" in signed_in:
            session.signed_in_at = datetime.fromisoformat(signed_in["at"])
        return session

    def _get_session_from_db(self) -> PersonSession | None:
        """Like Django's, but read straight from the collection, because every request does this."""
        found = mongo.collection(PersonSession._meta.db_table).find_one(session_match(self.session_key))
        if found is None:
            self._session_key = None
            return None
        self.last_seen_at = found["last_seen_at"]
        return PersonSession(session_key=found["session_key"], session_data=found["session_data"])


def session_match(key: str | None) -> Document:
    return {"session_key": key, "expire_date": {"$gt": timezone.now()}}


def connect() -> None:
    user_logged_in.connect(_note_sign_in, dispatch_uid="tenants.credentials.sessions")


def _note_sign_in(request: HttpRequest, **_: Any) -> None:
    request.session[_SIGNED_IN] = {
        "address": client_address(request),
        "agent": request.META.get("HTTP_USER_AGENT", "")[:300],
        "at": clock.now().isoformat(),
    }


def signed_in_at(request: HttpRequest) -> datetime | None:
    """When the user of this session signed in."""
    signed_in = request.session.get(_SIGNED_IN, {})
    return datetime.fromisoformat(signed_in["at"]) if "at" in signed_in else None


def note_last_seen(get_response: Any) -> Any:
    """Record when a session was last used, to five minutes, without saving the session."""

    def handle(request: HttpRequest) -> HttpResponse:
        response: HttpResponse = get_response(request)
        store: Any = request.session
        seen = getattr(store, "last_seen_at", None)
        if seen is not None and store.session_key and clock.now() - seen > SEEN_PRECISION:
            with suppress(*mongo.UNAVAILABLE):  # the response is ready already
                PersonSession.objects.filter(pk=store.session_key).update(last_seen_at=clock.now())
        return response

    return handle


def find_sessions(user: Any) -> list[PersonSession]:
    """The user's sessions, last used first."""
    open_ones = PersonSession.objects.filter(user_key=str(user.pk), expire_date__gt=clock.now())
    return list(open_ones.order_by("-last_seen_at"))


def end_session(user: Any, handle: str) -> bool:
    """End one session of the user. False if it does not exist."""
    for session in find_sessions(user):
        if session.handle == handle:
            session.delete()
            return True
    return False


def end_sessions(user: Any, *, but: str | None = None) -> int:
    """End all sessions of the user except the one with the key `but`. Returns their number."""
    ended, _ = PersonSession.objects.filter(user_key=str(user.pk)).exclude(pk=but or "").delete()
    return ended


def _device(agent: str) -> str:
    """The order matters: most browsers also name others that they imitate."""
    browsers = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
    systems = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
               ("Mac OS", "macOS"), ("Linux", "Linux"))  # fmt: skip
    browser = next((name for mark, name in browsers if mark in agent), "")
    system = next((name for mark, name in systems if mark in agent), "")
    return f"{browser} on {system}" if browser and system else browser or system or agent[:60] or "Unknown device"
