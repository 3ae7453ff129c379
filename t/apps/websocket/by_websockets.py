"""The client of python3-websockets: messages of all sizes, fragments, pings, compression, subprotocols, both closes."""

from __future__ import annotations

import asyncio
import sys

import websockets


async def main(url: str) -> None:
    for compression in (None, "deflate"):
        async with websockets.connect(url, compression=compression, max_size=None, subprotocols=["chat", "talk"]) as socket:
            assert socket.subprotocol == "talk"
            for size in (0, 1, 125, 126, 127, 65535, 65536, 2_000_000):
                for message in ("é" * (size // 2), bytes(range(256)) * (size // 256) + bytes(size % 256)):
                    await socket.send(message)
                    assert await socket.recv() == message, size
            await socket.send(["in ", "three ", "fragments"])
            assert await socket.recv() == "in three fragments"
            await asyncio.wait_for(await socket.ping(b"are you there?"), 20)
            await asyncio.gather(*(socket.send(str(number)) for number in range(1000)))
            heard = [int(await socket.recv()) for _ in range(1000)]
            assert sorted(heard) == list(range(1000))
            await socket.close(4000, "done")
            assert (socket.close_code, socket.close_reason) == (4000, ""), (socket.close_code, socket.close_reason)
        print("compressed" if compression else "plain")
    async with websockets.connect(url) as socket:
        await socket.send("close")
        await socket.wait_closed()
        print(socket.close_code, socket.close_reason)


asyncio.run(main(sys.argv[1]))
