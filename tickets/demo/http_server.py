"""The HTTP server of the demo helpdesk."""

import re
import socket
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any, Final, cast

from tickets.demo.protocol import Answer

MAX_BODY: Final = 64 * 1024

Respond = Callable[[str, str, bytes], Answer]
"""Takes method, target and body of a request."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Otherwise small responses wait for a delayed acknowledgement on kept-alive connections.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._respond()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def _respond(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not re.fullmatch(r"[0-9]{1,9}", length):
            self.close_connection = True
            self._write(Answer.of(411, {"detail": "a Content-Length is required"}))
        elif int(length) > MAX_BODY:
            self.close_connection = True
            self._write(Answer.of(413, {"detail": f"the body may have at most {MAX_BODY} bytes"}))
        else:
            body = self.rfile.read(int(length))
            if len(body) < int(length):
                # The client closed the connection during its request.
                self.close_connection = True
                return
            self._write(cast(HelpdeskServer, self.server).answer(self.command, self.path, body))

    def _write(self, answer: Answer) -> None:
        body = answer.body.encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Content-Length": str(len(body)),
            "Date": self.date_time_string(),
            **answer.headers,
        }
        if self.close_connection:
            headers["Connection"] = "close"
        head = f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        # In one write: two writes for headers and body would be two packets.
        self.wfile.write(head.encode("latin-1") + b"\r\n" + body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        # Errors of http.server itself (an invalid request line, an unknown method) as JSON too.
        self.close_connection = True
        self._write(Answer.of(code, {"detail": message or HTTPStatus(code).description}))

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing; `DemoHelpdesk.requests` records the requests."""


class HelpdeskServer(ThreadingHTTPServer):
    """Serves JSON responses in threads."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], answer: Respond) -> None:
        self.answer = answer
        self._open: set[socket.socket] = set()
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        # Skip HTTPServer's lookup of the host name, which may take seconds.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # Closed connections are not errors.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def close(self) -> None:
        """Close the port and all kept-alive connections, which would otherwise still be served."""
        self.server_close()
        for request in tuple(self._open):
            try:
                request.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
