"""An endpoint for alerts on a real socket that does exactly what a test says."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.loopback_server import Answer, Arrived, LoopbackServer


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes


class ScriptedEndpoint(LoopbackServer):
    """Takes every POST with 200; `script(request)` may answer instead. `requests` remembers them all."""

    def __init__(self, script: Callable[[Received], Answer] | None = None) -> None:
        self.script = script
        self.requests: list[Received] = []
        super().__init__()

    def respond(self, request: Arrived) -> Answer:
        received = Received(request.target, request.header, request.content)
        self.requests.append(received)
        return self.script(received) if self.script else (200, {}, b"ok")
