"""The client of python3-autobahn, with permessage-deflate: messages of all sizes, fragments, pings, both closes."""

from __future__ import annotations

import asyncio
import sys

from autobahn.asyncio.websocket import WebSocketClientFactory, WebSocketClientProtocol
from autobahn.websocket.compress import (
    PerMessageDeflateOffer,
    PerMessageDeflateResponse,
    PerMessageDeflateResponseAccept,
)

SIZES = [0, 1, 125, 126, 127, 65535, 65536, 1_000_000]


class Client(WebSocketClientProtocol):
    """Sends the next message when the last one has come back."""

    def onConnect(self, response):
        self.extensions = [str(extension) for extension in response.extensions]
        print("subprotocol", response.protocol, "extensions", len(self.extensions))

    def onOpen(self):
        self.wanted = [(bytes([size % 251]) * size, True) for size in SIZES] + [("é" * (size // 2), False) for size in SIZES]
        self.next()

    def next(self):
        if self.wanted:
            content, is_binary = self.wanted[0]
            payload = content if is_binary else content.encode()
            self.sendMessage(payload, is_binary, fragmentSize=1000 if 1000 < len(payload) < 70_000 else None)
        else:
            self.sendPing(b"are you there?")

    def onPong(self, payload):
        if payload == b"are you there?":
            print("pong")
            self.sendMessage(b"close")

    def onMessage(self, payload, is_binary):
        content, wanted = self.wanted.pop(0)
        assert is_binary == wanted and payload == (content if is_binary else content.encode()), len(content)
        if not self.wanted:
            print("all")
        self.next()

    def onClose(self, was_clean, code, reason):
        print("closed", was_clean, code, reason)
        asyncio.get_running_loop().stop()


def accept(response):
    return PerMessageDeflateResponseAccept(response) if isinstance(response, PerMessageDeflateResponse) else None


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
for offers in ([], [PerMessageDeflateOffer()]):
    factory = WebSocketClientFactory(sys.argv[1], protocols=["talk"])
    factory.protocol = Client
    factory.setProtocolOptions(perMessageCompressionOffers=offers, perMessageCompressionAccept=accept, openHandshakeTimeout=20)
    loop.run_until_complete(loop.create_connection(factory, factory.host, factory.port))
    loop.run_forever()
