"""A small HTTP server on the loopback interface, in a thread: it answers, or misbehaves as it is told to."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Request:
    method: str
    path: str
    """Without the query."""
    token: str
    body: dict[str, Any]


@dataclass
class Reply:
    body: Any = field(default_factory=dict)
    status: int = 200

    def encoded(self) -> tuple[bytes, str]:
        if isinstance(self.body, bytes):
            return self.body, "text/html; charset=utf-8"
        return json.dumps(self.body).encode(), "application/json"


HTML = Reply(b"<!doctype html><title>It works!</title>")
SLOW = "slow"
DRIP = "drip"
Fault = Reply | str | Callable[[Request], Reply]


class Server:
    """``faults[path]`` holds what is answered instead, in order; the last one stays. Subclasses answer the rest."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.faults: dict[str, list[Fault | None]] = {}
        self._stopping = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            wbufsize = -1  # one segment: a second would wait for the first one's delayed acknowledgement

            def do_POST(self) -> None:
                outer._serve(self)

            do_GET = do_POST

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def answer(self, request: Request) -> Reply:
        raise NotImplementedError

    def secure(self, path: Path) -> None:
        """Speak TLS with certificate and key in ``path``; before it is started."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        self._http.socket = context.wrap_socket(self._http.socket, server_side=True)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._http.server_address[1]}"

    def paths(self) -> list[str]:
        return [request.path for request in self.requests]

    def bodies(self, path: str) -> list[dict[str, Any]]:
        return [request.body for request in self.requests if request.path.endswith(path)]

    def stop(self) -> None:
        if not self._stopping.is_set():
            self._stopping.set()
            self._http.shutdown()
            self._http.server_close()
            self._thread.join()

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        request = _read(handler)
        self.requests.append(request)
        planned = next((self.faults[path] for path in self.faults if request.path.endswith(path)), [None])
        fault = planned.pop(0) if len(planned) > 1 else planned[0]
        if fault == SLOW:
            self._stopping.wait(10)
            return
        if fault == DRIP:
            self._drip(handler)
            return
        if callable(fault):
            fault = fault(request)
        reply = fault if isinstance(fault, Reply) else self.answer(request)
        data, kind = reply.encoded()
        handler.send_response(reply.status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    def _drip(self, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while not self._stopping.wait(0.02):
                handler.wfile.write(b" ")
                handler.wfile.flush()
        except OSError:  # the client has gone
            return


def _read(handler: BaseHTTPRequestHandler) -> Request:
    data = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    is_form = handler.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded")
    body = dict(parse_qsl(data.decode())) if is_form else json.loads(data or b"{}")
    token = handler.headers.get("Authorization", "").removeprefix("Bearer ")
    return Request(handler.command, urlsplit(handler.path).path, token, body)
