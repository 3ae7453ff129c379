"""A client of WebSocket over HTTP/2 (RFC 8441), with the bytes of python3-h2: http2_client.py PORT PATH [header=value …].

PORT may be tls:PORT. It says what the server offers, opens a socket by an extended CONNECT, says hello, sends a large message, and closes it.
Each line of its output is one thing that it saw.
"""

import socket
import ssl
import sys

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    RemoteSettingsChanged,
    ResponseReceived,
    StreamEnded,
    StreamReset,
)
from h2.settings import SettingCodes

MASK = b"\x37\xfa\x21\x3d"


def frame(first: int, payload: bytes) -> bytes:
    masked = bytes(byte ^ MASK[at % 4] for at, byte in enumerate(payload))
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    return bytes([first]) + length + MASK + masked


class Client:
    def __init__(self, port: int, is_secure: bool) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        if is_secure:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            context.set_alpn_protocols(["h2"])
            self.socket = context.wrap_socket(self.socket)
        self.h2 = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
        self.data = b""
        self.status = ""
        self.has_settings = self.offers = False
        self.over = ""
        self.h2.initiate_connection()
        self.flush()

    def flush(self) -> None:
        self.socket.sendall(self.h2.data_to_send())

    def read(self) -> None:
        """Take what comes next; `over` says how the stream has ended."""
        received = self.socket.recv(65536)
        if not received:
            self.over = "connection closed"
        for event in self.h2.receive_data(received):
            if isinstance(event, RemoteSettingsChanged):
                self.has_settings = True
                self.offers |= SettingCodes.ENABLE_CONNECT_PROTOCOL in event.changed_settings
            elif isinstance(event, ResponseReceived):
                self.status = dict(event.headers)[":status"]
                self.headers = event.headers
            elif isinstance(event, DataReceived):
                self.data += event.data
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, StreamReset) and not self.over:
                self.over = f"reset {event.error_code}"
            elif isinstance(event, ConnectionTerminated) and not self.over:
                self.over = f"goaway {event.error_code}"
            elif isinstance(event, StreamEnded):
                self.over = "end"
        self.flush()

    def frame(self) -> str:
        """The next frame of the server; of a long payload only the length."""
        while True:
            size, head = (self.data[1], 2) if len(self.data) > 1 else (0, 2)
            if size == 126:
                size, head = int.from_bytes(self.data[2:4], "big"), 4
            if len(self.data) >= head + size and len(self.data) > 1:
                break
            if self.over:
                return "nothing"
            self.read()
        first, payload = self.data[0], self.data[head : head + size]
        self.data = self.data[head + size :]
        return f"{first:02x}:{payload!r}" if size < 126 else f"{first:02x}:{size} bytes"

    def say(self, stream: int, data: bytes) -> None:
        """Send as the server's windows allow."""
        while data:
            window = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)
            if window:
                self.h2.send_data(stream, data[:window])
                data = data[window:]
                self.flush()
            else:
                self.read()


def main(where: str, path: str, *more: str) -> None:
    is_secure, port = where.startswith("tls:"), where.removeprefix("tls:")
    client = Client(int(port), is_secure)
    while not client.has_settings:
        client.read()
    print("offered" if client.offers else "not offered")
    stream = client.h2.get_next_available_stream_id()
    headers = [(":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https" if is_secure else "http"), (":path", path), (":authority", f"127.0.0.1:{port}")]
    headers += [("sec-websocket-version", "13"), *(tuple(text.split("=", 1)) for text in more)]
    client.h2.send_headers(stream, headers)
    client.flush()
    while not client.status and not client.over:
        client.read()
    print("status", client.status or client.over)
    for name in ("sec-websocket-accept", "sec-websocket-protocol", "upgrade"):
        if name in dict(client.headers if client.status else ()):
            print(name, dict(client.headers)[name])
    if client.status != "200":
        return
    client.say(stream, frame(0x81, b"hello") + frame(0x89, b"ping"))
    print(*sorted((client.frame(), client.frame())))
    client.say(stream, frame(0x82, bytes(60_000)) * 3)
    print(client.frame(), client.frame(), client.frame())
    client.say(stream, frame(0x88, (4000).to_bytes(2, "big") + b"done"))
    print(client.frame())
    while not client.over:
        client.read()
    print("ended by", client.over)


main(*sys.argv[1:])
