"""Unit tests for handlers and filters, with no server.

    from pyhook.testing import FakeRequest, call

    def test_strangers_stay_out() -> None:
        response = call(members_only, FakeRequest(uri="/club", user=None))
        assert response.status == 403
"""

from __future__ import annotations

from .asgi_client import ASGIClient
from .asgi_rules import ASGIViolation, ASGIWarning, validate_asgi
from .calling import Response, acall, call
from .connection import FakeConnection
from .filtering import FakeFilter, run_filter
from ..records.headers import Headers
from .metrics import metric_value
from .request import FakeRequest
from .server import FakeServer
from .shared import FakeSharedDict
from .streaming import Stream, stream
from .web_socket import ClientSocket, WebSocketRefused, websocket
from .worker import FakeWorker

Request = FakeRequest
Connection = FakeConnection
Server = FakeServer
SharedDict = FakeSharedDict
Worker = FakeWorker
Filter = FakeFilter

__all__ = [
    "ASGIClient",
    "ASGIViolation",
    "ASGIWarning",
    "ClientSocket",
    "Connection",
    "FakeConnection",
    "FakeFilter",
    "FakeRequest",
    "FakeServer",
    "FakeSharedDict",
    "FakeWorker",
    "Filter",
    "Headers",
    "Request",
    "Response",
    "Server",
    "SharedDict",
    "Stream",
    "WebSocketRefused",
    "Worker",
    "acall",
    "call",
    "metric_value",
    "run_filter",
    "stream",
    "validate_asgi",
    "websocket",
]
