"""A mailbox over IMAP: logged in, and each folder opened read-only (EXAMINE), so that nothing is marked as read.

A command that fails on the way is tried again over a new connection. What the server refuses ends in a `SourceError`
with its own words.
"""

import base64
import imaplib
import re
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from supportsaas.net import outbound
from supportsaas.net.outbound import AddressBlocked
from supportsaas.reliability.rate_limiter import RateLimiter
from supportsaas.reliability.retry import ATTEMPTS, backoff_waits
from tickets.helpdesks.base import SourceError, TransientError
from tickets.helpdesks.http import Wait
from tickets.helpdesks.mailbox.answers import Fetched, ListedFolder, read_fetched, read_folders, read_uids
from tickets.helpdesks.mailbox.folder_names import quoted
from tickets.helpdesks.mailbox.mail_headers import HEADERS
from tickets.helpdesks.mailbox.wire import ImapWire, TooLarge

PORTS: Final = {"imap": 143, "imaps": 993}
MOST_HEADER_BYTES: Final = 32 * 1024
MOST_MAIL_BYTES: Final = 256 * 1024
"""Of each mail, this much is requested. Attachments come after the text."""
_LONGEST_QUOTE: Final = 300
_TRY_LATER: Final = (b"[UNAVAILABLE]", b"[INUSE]", b"[LIMIT]", b"[SERVERBUG]")
_RESPONSE_CODE: Final = re.compile(r"\A\[[A-Z0-9-]+[^\]]*\] *")
"""What precedes the words for people (RFC 3501, 7.1)."""
_HEADERS_ITEM: Final = f"BODY.PEEK[HEADER.FIELDS ({' '.join(HEADERS)})]<0.{MOST_HEADER_BYTES}>"
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxAddress:
    """`is_plain`: a person chose a connection without encryption. An address with imaps:// is encrypted all the same."""

    url: str
    user: str
    password: str
    is_plain: bool = False

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        parts = urlsplit(self.url)
        return parts.port or PORTS[parts.scheme]

    @property
    def place(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def is_tls(self) -> bool:
        return urlsplit(self.url).scheme == "imaps"


@dataclass(frozen=True, slots=True)
class OpenFolder:
    """`validity` (UIDVALIDITY) changes if the server numbers the mails anew; `mails` is their number."""

    validity: int
    mails: int


class Mailbox:
    """Reads one mailbox. `wait` raises if the run should stop."""

    def __init__(self, address: MailboxAddress, *, tenant_id: str, limiter: RateLimiter | None, wait: Wait) -> None:
        self._address, self._tenant_id, self._wait = address, tenant_id, wait
        self._limiter = limiter or RateLimiter(address.place)
        self._wire: ImapWire | None = None
        self._folder = ""

    @property
    def host(self) -> str:
        return self._address.place

    def folders(self) -> list[ListedFolder]:
        return self._ask(lambda wire: read_folders(self._answer(wire.list(), "list its folders")))

    def open_folder(self, name: str) -> OpenFolder:
        """Open a folder for reading. Raises `SourceError` if there is none with that name."""
        self._folder = ""

        def work(wire: ImapWire) -> OpenFolder:
            exists = self._select(wire, name)
            validity = wire.response("UIDVALIDITY")[1][-1]
            return OpenFolder(_number(validity), exists)

        return self._ask(work)

    def find(self, name: str, *, first_uid: int, since: datetime | None) -> list[int]:
        """The UIDs of the folder's mails from that one on, ascending; `since`: only those received since that day."""
        criteria = ["UID", f"{first_uid}:*"]
        criteria += ["SINCE", f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"] if since is not None else []
        found = self._within(name, lambda wire: read_uids(self._answer(wire.uid("SEARCH", *criteria), "search")))
        return [uid for uid in found if uid >= first_uid]  # the range always includes the last mail

    def headers(self, name: str, uids: Sequence[int]) -> list[Fetched]:
        return self._fetch(name, uids, f"(UID INTERNALDATE {_HEADERS_ITEM})")

    def mails(self, name: str, uids: Sequence[int]) -> list[Fetched]:
        """The mails, each cut off after `MOST_MAIL_BYTES`. Those that are gone are missing."""
        return self._fetch(name, uids, f"(UID BODY.PEEK[]<0.{MOST_MAIL_BYTES}>)")

    def close(self) -> None:
        wire, self._wire, self._folder = self._wire, None, ""
        if wire is not None:
            with suppress(OSError, imaplib.IMAP4.error, TooLarge):
                wire.begin_command()
                wire.logout()
            wire.shutdown()

    # -- Inside ----------------------------------------------------------------------------------

    def _fetch(self, name: str, uids: Sequence[int], items: str) -> list[Fetched]:
        wanted, numbers = frozenset(uids), ",".join(map(str, uids))
        found = self._within(
            name, lambda wire: read_fetched(self._answer(wire.uid("FETCH", numbers, items), "send mails"))
        )
        return [each for each in found if each.uid in wanted]

    def _within(self, name: str, work: Callable[[ImapWire], T]) -> T:
        """Do the work with the folder open, also after the connection was lost."""

        def in_folder(wire: ImapWire) -> T:
            if self._folder != name:
                self._select(wire, name)
            return work(wire)

        return self._ask(in_folder)

    def _select(self, wire: ImapWire, name: str) -> int:
        what = f"open the folder “{name}”"
        answer = self._answer(wire.select(quoted(name), readonly=True), what)
        self._folder = name
        wire.begin_command()
        return _number(answer[-1] if answer else None)

    def _ask(self, work: Callable[[ImapWire], T]) -> T:
        waits = backoff_waits(attempts=ATTEMPTS)
        while True:
            self._wait(0.0, "the next request")
            try:
                return self._ask_once(work)
            except TransientError as error:
                self._drop()
                before_next = next(waits, None)
                if before_next is None:
                    raise SourceError(error.code, str(error)) from None
                self._wait(before_next, "another attempt")

    def _ask_once(self, work: Callable[[ImapWire], T]) -> T:
        slot = self._acquire_slot()
        try:
            if self._wire is None:
                self._wire = self._connect()
            self._wire.begin_command()
            return work(self._wire)
        except AddressBlocked as error:
            raise SourceError("refused_address", f"This URL is not allowed: {error}") from None
        except TooLarge:
            self._drop()
            raise SourceError("too_large", f"The mail server at {self.host} sent more than it was asked for.") from None
        except ssl.SSLCertVerificationError as error:
            raise SourceError(
                "unreachable",
                f"The certificate of the mail server at {self.host} is not trusted: {error.verify_message.rstrip('.')}. "
                "An administrator of the server can trust its authority with SSL_CERT_FILE.",
            ) from None
        except ssl.SSLError:
            raise TransientError("unreachable", self._no_tls()) from None
        except TimeoutError:
            raise TransientError("timeout", f"The mail server at {self.host} did not respond in time.") from None
        except OSError as error:
            why = outbound.why_unreachable(error)
            raise TransientError("unreachable", f"The mail server at {self.host} cannot be reached: {why}.") from None
        except imaplib.IMAP4.abort as error:
            raise TransientError(
                "unreachable", f"The mail server at {self.host} closed the connection{self._quote(str(error))}"
            ) from None
        except (imaplib.IMAP4.error, ValueError) as error:
            self._drop()
            raise SourceError(
                "unexpected_answer",
                f"The server at {self.host} does not answer like a mail server{self._quote(str(error))}",
            ) from None
        finally:
            self._limiter.release(slot)

    def _acquire_slot(self) -> str:
        while True:
            admission = self._limiter.acquire(self._tenant_id)
            if admission.slot is not None:
                return admission.slot
            self._wait(min(admission.wait_seconds, 5.0), "the limit of requests")

    def _no_tls(self) -> str:
        hint = (
            " If it encrypts only on demand (STARTTLS), start the address with imap://." if self._address.is_tls else ""
        )
        return f"The TLS handshake with the mail server at {self.host} failed.{hint}"

    def _connect(self) -> ImapWire:
        address = self._address
        wire = ImapWire(
            lambda: outbound.connect(address.host, address.port),
            host=address.host,
            port=address.port,
            tls=outbound.tls_context() if address.is_tls else None,
        )
        try:
            self._secure(wire)
            self._log_in(wire)
        except BaseException:
            wire.shutdown()
            raise
        return wire

    def _secure(self, wire: ImapWire) -> None:
        """Encrypt a connection that began in plain text, before the password is sent."""
        if self._address.is_tls or self._address.is_plain:
            return
        if "STARTTLS" in wire.capabilities:
            self._answer(wire.starttls(outbound.tls_context()), "encrypt the connection")
        else:
            raise SourceError(
                "misconfigured",
                f"The mail server at {self.host} offers no encryption (STARTTLS), so the password was not sent. Start "
                "the address with imaps://, or set the encryption to none if the connection stays in your own network.",
            )

    def _log_in(self, wire: ImapWire) -> None:
        user, password = self._address.user, self._address.password
        wire.begin_command()
        try:
            if "AUTH=PLAIN" in wire.capabilities:
                wire.authenticate("PLAIN", lambda _challenge: f"\0{user}\0{password}".encode())
            elif "LOGINDISABLED" in wire.capabilities:
                raise SourceError(
                    "misconfigured", f"The mail server at {self.host} offers no sign-in with user name and password."
                )
            elif not (user + password).isascii():
                raise SourceError(
                    "misconfigured",
                    f"The mail server at {self.host} accepts only ASCII characters in user names and passwords.",
                )
            else:
                wire.login(_quoted_text(user), password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            words = error.args[0] if error.args else ""
            said = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
            if any(each.decode() in said for each in _TRY_LATER):
                raise TransientError(
                    "server_error", f"The mail server at {self.host} refuses sign-ins for now{self._quote(said)}"
                ) from None
            raise SourceError(
                "refused_login",
                f"The mail server at {self.host} rejected the user name or password{self._quote(said)} Check both. Some "
                "providers want an app password.",
            ) from None

    def _answer(self, answered: tuple[str, list[Any]], what: str) -> list[Any]:
        """What the server answers to a command. Raises `SourceError` if it refuses."""
        status, found = answered
        if status == "OK":
            return found
        said = b" ".join(each for each in found if isinstance(each, bytes))
        if any(each in said for each in _TRY_LATER):
            raise TransientError("server_error", self._refusal(what, said))
        raise SourceError("misconfigured", self._refusal(what, said))

    def _refusal(self, what: str, said: bytes) -> str:
        return f"The mail server at {self.host} did not {what}{self._quote(said.decode('utf-8', 'replace'))}"

    def _quote(self, said: str) -> str:
        """The server's words as the end of a sentence, without the password in them."""
        text = " ".join("".join(each if each.isprintable() else " " for each in said[:2_000]).split())
        text = _RESPONSE_CODE.sub("", text).rstrip(".")
        password = self._address.password
        for secret in (password, base64.b64encode(password.encode()).decode()) if password else ():
            text = text.replace(secret, "…")
        return f": “{text[:_LONGEST_QUOTE]}”." if text else "."

    def _drop(self) -> None:
        """Close the connection without another word."""
        wire, self._wire, self._folder = self._wire, None, ""
        if wire is not None:
            wire.shutdown()


def _number(value: Any) -> int:
    return int(value) if isinstance(value, bytes) and value.isdigit() and len(value) <= 10 else 0


def _quoted_text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
