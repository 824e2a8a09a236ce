"""A real IMAP server, Dovecot from Debian's packages, on loopback, with its own settings and mails in a folder."""

import imaplib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Self

from supportsaas.ops import child_process
from tenants.models import Tenant
from tickets.helpdesks.model import Source
from tickets.ingestion.connecting import save_source

PROGRAM = shutil.which("dovecot") or "/usr/sbin/dovecot"
PASSWORD = "only-on-loopback"
START_SECONDS = 20

_SETTINGS = """
base_dir = {directory}/run
state_dir = {directory}/run
log_path = {directory}/log
listen = 127.0.0.1
protocols = imap
ssl = yes
ssl_cert = <{directory}/certificate.pem
ssl_key = <{directory}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:~/Maildir
mail_fsync = never
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={directory}/mails/%u
}}
namespace inbox {{
  inbox = yes
  mailbox "Gesendete Objekte" {{
    special_use = \\Sent
    auto = create
  }}
  mailbox Archiv {{
    special_use = \\Archive
    auto = create
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
"""


def why_missing() -> str:
    """Why no server can be started here; empty if one can."""
    if not os.access(PROGRAM, os.X_OK):
        return "Dovecot is not installed: apt-get install dovecot-imapd"
    if os.geteuid() != 0:
        return "Dovecot drops rights when it starts, so only root can start it"
    version = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True).stdout
    return "" if version.startswith("2.3.") else f"the settings are those of Dovecot 2.3, and this is {version.strip()}"


class Dovecot:
    """Context manager. Every user has a mailbox, and all have the same password. Its Sent folder has a German name.

    Its folder is not one of pytest's, which no other user can enter, and the mails belong to one without rights.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="supportsaas-dovecot-")
        self.directory = Path(self._folder.name)
        self.directory.chmod(0o711)
        self.port, self.tls_port = child_process.free_port(), child_process.free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"imap://127.0.0.1:{self.port}"

    @property
    def tls_url(self) -> str:
        return f"imaps://127.0.0.1:{self.tls_port}"

    @property
    def certificate(self) -> Path:
        return self.directory / "certificate.pem"

    def __enter__(self) -> Self:
        for name in ("run", "mails"):
            (self.directory / name).mkdir()
        os.chown(self.directory / "mails", pwd.getpwnam("nobody").pw_uid, -1)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
             "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", self.directory / "key.pem", "-out", self.certificate],
            check=True, capture_output=True,
        )  # fmt: skip
        (self.directory / "dovecot.conf").write_text(
            _SETTINGS.format(directory=self.directory, port=self.port, tls_port=self.tls_port, password=PASSWORD)
        )
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._folder.cleanup()

    def start(self) -> None:
        self._process = child_process.start([PROGRAM, "-F", "-c", str(self.directory / "dovecot.conf")])
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if child_process.port_is_taken(self.port):
                return
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"Dovecot did not start:\n{(self.directory / 'log').read_text()[-2000:]}")

    def stop(self) -> None:
        if self._process is not None:
            child_process.stop(self._process, timeout=0.5)  # it waits six seconds for nothing
            self._process = None

    @contextmanager
    def client(self, user: str) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.port) as client:
            client.login(f'"{user}"', PASSWORD)
            yield client


class TestMailbox:
    """A user's mailbox, filled the way a mail program does it."""

    __test__ = False
    sent, archive = "Gesendete Objekte", "Archiv"

    def __init__(self, server: Dovecot, user: str) -> None:
        self.server, self.user = server, user

    def deliver(self, *mails: EmailMessage | bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        with self.server.client(self.user) as client:
            for mail in mails:
                raw = mail if isinstance(mail, bytes) else mail.as_bytes()
                moment = None if at is None else imaplib.Time2Internaldate(at)
                assert client.append(f'"{folder}"', "", moment or "", raw)[0] == "OK"

    def move(self, search: Sequence[str], *, to: str, folder: str = "INBOX") -> None:
        with self.server.client(self.user) as client:
            client.select(f'"{folder}"')
            uids = client.uid("SEARCH", *search)[1][0].decode().replace(" ", ",")
            assert client.uid("MOVE", uids, f'"{to}"')[0] == "OK"

    def delete(self, search: Sequence[str], *, folder: str = "INBOX") -> None:
        with self.server.client(self.user) as client:
            client.select(f'"{folder}"')
            for uid in client.uid("SEARCH", *search)[1][0].split():
                client.uid("STORE", uid.decode(), "+FLAGS", r"(\Deleted)")
            client.expunge()

    def number_anew(self, folder: str) -> None:
        """The same mails under new UIDs and another UIDVALIDITY."""
        with self.server.client(self.user) as client:
            client.select(f'"{folder}"', readonly=True)
            found = client.fetch("1:*", "(BODY.PEEK[])")[1]
            mails = [each[1] for each in found if isinstance(each, tuple)]
            client.select("INBOX", readonly=True)
            client.delete(f'"{folder}"')
            client.create(f'"{folder}"')
            for mail in reversed(mails):
                client.append(f'"{folder}"', "", "", mail)

    def flags(self, folder: str = "INBOX") -> str:
        with self.server.client(self.user) as client:
            client.select(folder, readonly=True)
            return b" ".join(each for each in client.fetch("1:*", "(FLAGS)")[1] if isinstance(each, bytes)).decode()


def connect(tenant: Tenant, mailbox: TestMailbox, **options: str) -> Source:
    """The tenant's stored connection to the mailbox."""
    made = Source(
        tenant=tenant,
        kind="imap",
        url=mailbox.server.url,
        auth="basic",
        auth_name=mailbox.user,
        options={"team": "shop.example", "encryption": "none", **options},
    )
    made.set_secret(PASSWORD)
    made.full_clean(exclude=["name"])
    save_source(made)
    return made


def mail(
    id_: str,
    text: str,
    *,
    at: datetime,
    subject: str = "Where is my order?",
    sender: str = "Ann Müller <ann@customer.example>",
    answers: Sequence[str] = (),
    **headers: str,
) -> EmailMessage:
    """A mail in plain text. `answers`: the ids of the mails before it in the thread, the first one first."""
    made = EmailMessage()
    made["Message-ID"] = f"<{id_}>"
    made["From"], made["To"] = sender, "support@shop.example"
    made["Subject"], made["Date"] = subject, format_datetime(at)
    if answers:
        made["In-Reply-To"] = f"<{answers[-1]}>"
        made["References"] = " ".join(f"<{each}>" for each in answers)
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


def reply(
    id_: str, text: str, *, at: datetime, answers: Sequence[str], subject: str = "Re: Where is my order?"
) -> EmailMessage:
    """The team's."""
    return mail(id_, text, at=at, subject=subject, sender="Bo at Shop <bo@shop.example>", answers=answers)
