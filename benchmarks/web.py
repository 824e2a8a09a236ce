"""The web process of a benchmark: a gunicorn of its own with one worker, and somebody who may see everything."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from supportsaas.ops import child_process

ROOT = Path(__file__).resolve().parent.parent
NAME, PASSWORD = "bench", "only-for-the-benchmark-1"


@dataclass(frozen=True, slots=True)
class Web:
    client: httpx.Client
    worker: int
    """Process id of the worker that answers."""

    def get(self, path: str) -> None:
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)

    def forget_peak(self) -> None:
        Path(f"/proc/{self.worker}/clear_refs").write_text("5")

    def peak_megabytes(self) -> float:
        """Most memory the worker has had since the peak was forgotten."""
        status = Path(f"/proc/{self.worker}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


@contextmanager
def running() -> Iterator[Web]:
    """Logged in. Wants the environment of `benchmarks.environment` and Django set up."""
    with started() as web:
        log_in(web)
        yield web


@contextmanager
def started() -> Iterator[Web]:
    """Has answered one page. Nobody is logged in yet."""
    from tenants.models import User

    if not User.objects.filter(username=NAME).exists():
        User.objects.create_superuser(NAME, password=PASSWORD)
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"], cwd=ROOT, check=True
    )
    port = child_process.free_port()
    web = child_process.start(
        [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "supportsaas.wsgi"],
        cwd=ROOT, env={**os.environ, "PORT": str(port), "WEB_WORKERS": "1", "PAGES_PER_MINUTE": "0", "API_REQUESTS_PER_MINUTE": "0"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while not child_process.port_is_taken(port):
            time.sleep(0.1)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=600) as client:
            client.get("/login/")
            children = Path(f"/proc/{web.pid}/task/{web.pid}/children").read_text().split()
            yield Web(client, int(children[0]))
    finally:
        child_process.stop(web)


def log_in(web: Web) -> None:
    client = web.client
    client.get("/login/")
    token = next(value for name, value in client.cookies.items() if name.endswith("csrftoken"))
    form = {"username": NAME, "password": PASSWORD, "csrfmiddlewaretoken": token}
    answer = client.post("/login/", data=form, headers={"Referer": f"{client.base_url}/login/"})
    assert answer.status_code == 302, answer.status_code
