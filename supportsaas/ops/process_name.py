"""The name of this process in locks and logs."""

import os
import socket


def process_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"
