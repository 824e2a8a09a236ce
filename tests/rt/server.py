"""A real Request Tracker 5 from Debian's packages, with a private SQLite database, on loopback."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.real_servers import RealServer

APPLICATION = Path("/usr/share/request-tracker5")
SERVER = APPLICATION / "libexec" / "standalone_httpd"  # one process, so that ending it ends all of it
SETUP = Path("/usr/sbin/rt-setup-database-5")
SQLITE_MARKER = Path("/usr/share/doc/rt5-db-sqlite")

_SETTINGS = """
Set($rtname, 'support');
Set($Organization, 'support.example');
Set($WebDomain, '127.0.0.1');
Set($WebPort, {port});
Set($Timezone, '{zone}');
Set($DatabaseType, 'SQLite');
Set($DatabaseName, '{directory}/rt.sqlite');
Set($MailCommand, 'testfile');  # mails become files in a temporary directory
Set($LogToSyslog, undef);
Set($LogToSTDERR, 'warning');
$RT::MasonDataDir = '{directory}/mason';
$RT::MasonSessionDir = '{directory}/sessions';
1;
"""

_MAKE_TOKEN = """
my $user = RT::User->new(RT->SystemUser);
$user->Load($ARGV[0]);
my $token = RT::AuthToken->new(RT->SystemUser);
my ($made, $message, $secret) = $token->Create(Owner => $user->id, Description => 'ingestion');
die $message unless $made;
print $secret;
"""
