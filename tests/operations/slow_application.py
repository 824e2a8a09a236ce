"""A WSGI application that blocks a thread while a file exists, for tests of the web server's own configuration."""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    file = Path(os.environ["HOLD_WHILE_THERE"])
    while environ["PATH_INFO"] == "/held" and file.exists():
        time.sleep(0.1)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "4")])
    return [b"done"]
