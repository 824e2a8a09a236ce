"""A real Redmine 5 from Debian's package, with a private SQLite database, on loopback."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.real_servers import RealServer

APPLICATION = Path("/usr/share/redmine")
RAILS = APPLICATION / "bin" / "rails"
# The package installs a ready database of its own; a copy of it is our start.
FRESH_DATABASE = Path("/var/lib/dbconfig-common/sqlite3/redmine/instances/default/redmine_default")
WEBRICK = Path("/usr/share/rubygems-integration/all/gems")

_PREPARE = """
ActionMailer::Base.delivery_method = :test
ActiveJob::Base.queue_adapter = :inline  # else a thread would write a mail about the change of the administrator
Setting.rest_api_enabled = '1'
Setting.default_language = 'en'
Setting.notified_events = []  # such a thread locks the database
admin = User.find_by_login('admin')
admin.update!(mail: 'admin@example.com', must_change_passwd: false)
project = Project.new(name: 'Support', identifier: 'support', is_public: false)
project.enabled_module_names = ['issue_tracking']
project.trackers = Tracker.all
project.save!
File.write(ENV.fetch('KEY_FILE'), admin.api_key)
"""


class RedmineServer(RealServer):
    """Has an empty project `support`; `key` is its administrator's."""

    name = "Redmine"
    works_in = APPLICATION
    probe_path = "/users/current.json"

    @property
    def key(self) -> str:
        return (self.directory / "key").read_text().strip()

    def prepare(self) -> None:
        shutil.copy(FRESH_DATABASE, self.directory / "redmine.sqlite3")
        script = self.directory / "prepare.rb"
        script.write_text(_PREPARE)
        self.run(RAILS, "runner", script)

    def command(self) -> Sequence[str | Path]:
        return [
            RAILS, "server", "-u", "webrick", "-b", "127.0.0.1", "-p", str(self.port),
            "-P", self.directory / "rails.pid",
        ]  # fmt: skip

    def environment(self) -> Mapping[str, str]:
        return {
            "RAILS_ENV": "production",
            "DATABASE_URL": f"sqlite3:{self.directory / 'redmine.sqlite3'}?timeout=10000",
            "RAILS_LOG_TO_STDOUT": "1",
            "KEY_FILE": str(self.directory / "key"),
            "RUBYLIB": ":".join(str(each / "lib") for each in WEBRICK.glob("webrick-*")),
        }

    def headers(self) -> Mapping[str, str]:
        return {"X-Redmine-API-Key": self.key}

    def subjects(self) -> dict[str, str]:
        """Of every issue there is, by id."""
        found: dict[str, str] = {}
        while True:
            listed = self.call("GET", f"/issues.json?status_id=*&sort=id&limit=100&offset={len(found)}")
            found |= {str(each["id"]): each["subject"] for each in listed["issues"]}
            if len(found) >= listed["total_count"]:
                return found

    def create_issue(self, subject: str, description: str) -> str:
        issue = {
            "project_id": "support",
            "tracker_id": 1,
            "priority_id": 2,
            "subject": subject,
            "description": description,
        }
        return str(self.call("POST", "/issues.json", {"issue": issue})["issue"]["id"])

    def change_issue(self, id_: str, **values: Any) -> None:
        self.call("PUT", f"/issues/{id_}.json", {"issue": values})

    def delete_issue(self, id_: str) -> None:
        self.call("DELETE", f"/issues/{id_}.json")
