"""Sign-in events in the log and the metrics: who signed in or failed to, and from where.

Log lines have the user's key and address. The typed user name appears only as a digest, because people type passwords
there by mistake.
"""

import hashlib
import hmac
import logging
from enum import StrEnum

from django.conf import settings
from django.contrib.auth.signals import user_logged_out
from django.http import HttpRequest

from supportsaas.ops import metrics
from supportsaas.web.client_address import client_address
from tenants.models import User

logger = logging.getLogger(__name__)


class SignInEvent(StrEnum):
    """The label of the metric `supportsaas_log_ins_total`, and the message in the log."""

    LOGGED_IN = "logged_in"
    RIGHT = "password_right"
    """The code of the second factor is still missing."""
    WRONG = "password_wrong"
    CODE_WRONG = "code_wrong"
    THROTTLED = "throttled"
    LOGGED_OUT = "logged_out"
    CHANGED = "password_changed"
    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"


_WARNINGS = {SignInEvent.WRONG, SignInEvent.CODE_WRONG, SignInEvent.THROTTLED}


def note(event: SignInEvent, request: HttpRequest | None, *, user: User | None = None, name: str = "") -> None:
    """Log and count an event. `name`: the typed name, if the user is unknown."""
    metrics.observe_sign_in(event)
    facts = {"event": event.value}
    if request is not None:
        facts["client"] = client_address(request)
    if user is not None:
        facts["person"] = str(user.pk)
    elif name:
        facts["name_digest"] = name_digest(name)
    logger.log(logging.WARNING if event in _WARNINGS else logging.INFO, "%s", event.value, extra={"facts": facts})


def name_digest(name: str) -> str:
    """A digest of the name, keyed with SECRET_KEY, so that nobody else can compute it."""
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, name.casefold().encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:16]


def connect() -> None:
    user_logged_out.connect(_note_sign_out, dispatch_uid="tenants.accounts.sign_in_events")


def _note_sign_out(request: HttpRequest, user: User | None, **_: object) -> None:
    if user is not None:
        note(SignInEvent.LOGGED_OUT, request, user=user)
