"""A real Redmine 5 from Debian's package, with a private SQLite database, on loopback."""

import json
import os
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

from supportsaas import child_process

APPLICATION = Path("/usr/share/redmine")
# The package installs a ready database of its own; a copy of it is our start.
FRESH_DATABASE = Path("/var/lib/dbconfig-common/sqlite3/redmine/instances/default/redmine_default")
WEBRICK = Path("/usr/share/rubygems-integration/all/gems")
START_SECONDS = 120

_PREPARE = """
Setting.rest_api_enabled = '1'
Setting.default_language = 'en'
Setting.notified_events = []  # mails would be sent by a thread that locks the database
admin = User.find_by_login('admin')
admin.update!(mail: 'admin@example.com', must_change_passwd: false)
project = Project.new(name: 'Support', identifier: 'support', is_public: false)
project.enabled_module_names = ['issue_tracking']
project.trackers = Tracker.all
project.save!
File.write(ENV.fetch('KEY_FILE'), admin.api_key)
"""


def is_installed() -> bool:
    return (APPLICATION / "bin" / "rails").exists() and FRESH_DATABASE.exists()


class RedmineServer:
    """Context manager: starts with an empty project `support`; `url` and `key` tell how to reach it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = child_process.free_port()
        self._environment = {
            **os.environ,
            "RAILS_ENV": "production",
            "DATABASE_URL": f"sqlite3:{directory / 'redmine.sqlite3'}?timeout=10000",
            "RAILS_LOG_TO_STDOUT": "1",
            "KEY_FILE": str(directory / "key"),
            "RUBYLIB": ":".join(str(each / "lib") for each in WEBRICK.glob("webrick-*")),
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def key(self) -> str:
        return (self.directory / "key").read_text().strip()

    def __enter__(self) -> "RedmineServer":
        shutil.copy(FRESH_DATABASE, self.directory / "redmine.sqlite3")
        script = self.directory / "prepare.rb"
        script.write_text(_PREPARE)
        subprocess.run(
            [APPLICATION / "bin" / "rails", "runner", script],
            cwd=APPLICATION,
            env=self._environment,
            check=True,
            capture_output=True,
        )
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        with (self.directory / "server.log").open("ab") as log:
            self._process = child_process.start(
                [str(APPLICATION / "bin" / "rails"), "server", "-u", "webrick", "-b", "127.0.0.1",
                 "-p", str(self.port), "-P", str(self.directory / "rails.pid")],
                cwd=APPLICATION, env=self._environment, stdout=log, stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                self.call("GET", "/users/current.json")
            except OSError:
                time.sleep(0.3)
            else:
                return
        raise RuntimeError(f"Redmine did not start; its log: {self.directory / 'server.log'}")

    def stop(self) -> None:
        if self._process is not None:
            child_process.stop(self._process)
            self._process = None

    def call(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            self.url + path,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Content-Type": "application/json", "X-Redmine-API-Key": self.key},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            text = response.read()
        return json.loads(text) if text.strip() else None

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
