"""A real Roundup with its classic tracker on SQLite, on loopback. `ROUNDUP` names the environment it is installed in."""

import json
import os
import shutil
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.real_servers import RealServer, basic_login

PASSWORD = "only-for-this-test"
USER = "admin"


class RoundupServer(RealServer):
    """Has an empty tracker `support`."""

    name = "Roundup"
    probe_path = "/support/rest/data/issue?@page_size=1"

    @property
    def _programs(self) -> Path:
        return Path(os.environ["ROUNDUP"]) / "bin"

    @property
    def _tracker(self) -> Path:
        return self.directory / "tracker"

    def prepare(self) -> None:
        settings = {
            "mail_debug": str(self.directory / "mail.txt"),
            "mail_domain": "example.com",
            "mail_host": "127.0.0.1",
            "tracker_web": f"{self.url}/support/",
            "rdbms_backend": "sqlite",
        }
        told = ",".join(f"{name}={value}" for name, value in settings.items())
        admin = self._programs / "roundup-admin"
        self.run(admin, "-i", str(self._tracker), "install", "classic", "sqlite", told)
        self.run(admin, "-i", str(self._tracker), "initialise", PASSWORD)
        if os.getuid() == 0:  # roundup-server refuses to run as root
            for each in (self.directory, *self.directory.rglob("*")):
                shutil.chown(each, "nobody", "nogroup")

    def command(self) -> Sequence[str | Path]:
        as_nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.getuid() == 0 else []
        server = self._programs / "roundup-server"
        return [*as_nobody, server, "-n", "127.0.0.1", "-p", str(self.port), f"support={self._tracker}"]

    def environment(self) -> Mapping[str, str]:
        return {}

    def headers(self) -> Mapping[str, str]:
        return {
            "Authorization": basic_login(USER, PASSWORD),
            "X-Requested-With": "rest",
            "Referer": f"{self.url}/support/",
            "Origin": self.url,
            "Accept": "application/json",
        }

    def create_issue(self, title: str, text: str) -> str:
        message = self._created("msg", {"content": text, "author": USER})
        return self._created("issue", {"title": title, "priority": "3", "messages": [message]})

    def change(self, issue: str, field: str, value: Any) -> None:
        self._with_etag("PUT", f"/support/rest/data/issue/{issue}/{field}", {"data": value})

    def reply(self, issue: str, text: str) -> None:
        message = self._created("msg", {"content": text, "author": USER})
        had = self.call("GET", f"/support/rest/data/issue/{issue}")["data"]["attributes"]["messages"]
        self.change(issue, "messages", [*(each["id"] for each in had), message])

    def retire(self, issue: str) -> None:
        self._with_etag("DELETE", f"/support/rest/data/issue/{issue}", None)

    def _created(self, what: str, values: Mapping[str, Any]) -> str:
        return str(self.call("POST", f"/support/rest/data/{what}", values)["data"]["id"])

    def _with_etag(self, method: str, path: str, body: Any) -> None:
        """Roundup changes something only for whoever has seen its newest version."""
        with urllib.request.urlopen(urllib.request.Request(self.url + path, headers=dict(self.headers()))) as seen:
            etag = seen.headers["ETag"]
        request = urllib.request.Request(
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "If-Match": etag, **self.headers()},
            method=method,
        )
        urllib.request.urlopen(request, timeout=60).close()
