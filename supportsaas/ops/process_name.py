"""Which process this is, for people who read a lock or a log."""

import os
import socket


def process_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"
