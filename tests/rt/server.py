"""A real Request Tracker 5 from Debian's packages, with a private SQLite database, on loopback."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.real_servers import RealServer, basic_login

APPLICATION = Path("/usr/share/request-tracker5")
SET_UP_DATABASE = Path("/usr/sbin/rt-setup-database-5")
SQLITE_PACKAGE = Path("/usr/share/doc/rt5-db-sqlite")
SERVER = APPLICATION / "libexec" / "standalone_httpd"  # of one process, which ends as a whole
PASSWORD = "only-on-loopback"

_SETTINGS = """
Set($rtname, 'support');
Set($Organization, 'support.example');
Set($WebDomain, '127.0.0.1');
Set($WebPort, PORT);
Set($DatabaseType, 'SQLite');
Set($DatabaseName, 'DIRECTORY/rt.sqlite');
Set($MailCommand, 'testfile');  # mails become files, nothing is sent
Set($LogToSyslog, undef);
Set($LogToSTDERR, 'warning');
$RT::MasonDataDir = 'DIRECTORY/mason';
$RT::MasonSessionDir = 'DIRECTORY/sessions';
1;
"""

_MAKE_TOKEN = """
my $user = RT::User->new(RT->SystemUser);
$user->Load($ARGV[0]);
my $token = RT::AuthToken->new(RT->SystemUser);
my ($made, $reason, $secret) = $token->Create(Owner => $user->id, Description => 'ingestion');
die $reason unless $made;
print $secret;
"""

_MAKE_USER = """
my ($name, @rights) = @ARGV;
my $user = RT::User->new(RT->SystemUser);
my ($made, $reason) = $user->Create(Name => $name, Privileged => 1, Timezone => 'America/New_York');
die $reason unless $made;
for my $right (@rights) {
    my ($granted, $why) = $user->PrincipalObj->GrantRight(Right => $right, Object => RT->System);
    die $why unless $granted;
}
"""

# They write mails, which takes most of the time a new ticket needs.
_SWITCH_SCRIPS_OFF = """
my $scrips = RT::Scrips->new(RT->SystemUser);
$scrips->UnLimit;
while (my $scrip = $scrips->Next) { $scrip->SetDisabled(1) }
"""


class RtServer(RealServer):
    """Has the queue `General` and no tickets.

    `token` is of a user who may see tickets and nothing else, and whose clock shows New York's time.
    """

    name = "Request Tracker"
    probe_path = "/REST/2.0/rt"

    def prepare(self) -> None:
        for folder in ("conf.d", "mason", "sessions"):
            (self.directory / folder).mkdir()
        settings = _SETTINGS.replace("PORT", str(self.port)).replace("DIRECTORY", str(self.directory))
        (self.directory / "RT_SiteConfig.pm").write_text(settings)
        (self.directory / "password").write_text(PASSWORD)
        self.run(
            SET_UP_DATABASE, "--action", "init", "--skip-create", "--force", "--dba", "", "--dba-password", "",
            "--root-password-file", self.directory / "password",
        )  # fmt: skip
        self.run_perl(_SWITCH_SCRIPS_OFF)
        self.token = self.make_user("reader", "ShowTicket", "SeeQueue")

    def make_user(self, name: str, *rights: str) -> str:
        """A privileged user with these rights everywhere; the token it logs in with."""
        self.run_perl(_MAKE_USER, name, *rights)
        return self.run_perl(_MAKE_TOKEN, name)

    def command(self) -> Sequence[str | Path]:
        return ["perl", *self._libraries, SERVER, "--host", "127.0.0.1", "--port", str(self.port)]

    def environment(self) -> Mapping[str, str]:
        return {
            "RT_SITE_CONFIG": str(self.directory / "RT_SiteConfig.pm"),
            "RT_SITE_CONFIG_DIR": str(self.directory / "conf.d"),
        }

    def headers(self) -> Mapping[str, str]:
        return {"Authorization": basic_login("root", PASSWORD)}

    def run_perl(self, script: str, *arguments: str) -> str:
        """Run a script that has RT at hand and may do everything."""
        return self.run("perl", *self._libraries, "-MRT=-init", "-MRT::AuthToken", "-e", script, *arguments)

    @property
    def _libraries(self) -> list[str]:
        return [f"-I{APPLICATION / 'lib'}"]

    def make_older(self, *, hours: int) -> None:
        """Let every ticket be as if it had last changed so many hours earlier."""
        with closing(sqlite3.connect(self.directory / "rt.sqlite", timeout=30)) as database, database:
            database.execute("UPDATE Tickets SET LastUpdated = datetime(LastUpdated, ?)", [f"-{hours} hours"])

    def subjects(self) -> dict[str, str]:
        """Of every ticket there is, by id."""
        found: dict[str, str] = {}
        while True:
            after = max(map(int, found), default=0)
            path = f"/REST/2.0/tickets?query=id%3E{after}&fields=Subject&orderby=id&per_page=100"
            listed = self.call("GET", path)["items"]
            if not listed:
                return found
            found |= {str(each["id"]): each["Subject"] for each in listed}

    def create_ticket(self, subject: str, content: str, **values: Any) -> str:
        ticket = {
            "Queue": "General",
            "Subject": subject,
            "Content": content,
            "ContentType": "text/plain",
            "Requestor": "ann@example.com",
            **values,
        }
        return str(self.call("POST", "/REST/2.0/ticket", ticket)["id"])

    def change_ticket(self, id_: str, **values: Any) -> None:
        self.call("PUT", f"/REST/2.0/ticket/{id_}", values)

    def reply(self, id_: str, content: str) -> None:
        self.call("POST", f"/REST/2.0/ticket/{id_}/correspond", {"Content": content, "ContentType": "text/plain"})

    def delete_ticket(self, id_: str) -> None:
        self.call("DELETE", f"/REST/2.0/ticket/{id_}")
