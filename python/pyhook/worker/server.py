"""The threads of a worker process and the connections that they serve."""

from __future__ import annotations

import json
import os
import select
import socket
import sys
import threading
from array import array

from . import frames
from .clock import Clock
from .crew import Crew
from .descriptors import Descriptors
from .failures import RAISED
from .scope import Asked
from .tracebacks import traceback_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from .exchange import Exchange
    from .loop import Loop

    class Answers(Protocol):
        reloads: bool

        @property
        def tell(self) -> Callable[[str], None]: ...

        def serve(
            self, connection: frames.Connection, payload: bytes, clock: Clock, free: Callable[[], None]
        ) -> None: ...


LOOK = b"?"
"""What httpd sends with a connection that is for no requests, but for a look at them."""

PATIENCE = 2.0
"""Seconds that httpd may take to read what it has asked for."""

_ONCE = select.EPOLLIN | select.EPOLLONESHOT


class Server:
    """Each thread waits for a connection that has a request, and answers it: no thread hands anything to another."""

    def __init__(self, slot: int, threads: int, site: Answers, group: str) -> None:
        self._slot = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, fileno=slot)
        self._slot.setblocking(False)
        self._threads = threads
        self._crew = Crew(threads)
        self._site = site
        self._epoll = select.epoll()
        self._lock = threading.Lock()
        self._idle: dict[int, frames.Connection] = {}
        self._busy: set[frames.Connection] = set()
        self._refused: dict[frames.Connection, bytes] = {}
        self._accepting = threading.Lock()
        self._descriptors = Descriptors(slot, group)
        self._drains = False
        self._loop: Loop | None = None
        self._threads_clocks: list[Clock] = []
        self.requests = 0
        self._counted = 0

    def start(self) -> None:
        """Start the threads. Raises `RuntimeError` or `MemoryError` if there can't be so many."""
        self._crew.start()
        for number in range(self._threads):
            threading.Thread(target=self._run, name=f"pyhook worker {number + 1}", daemon=True).start()

    def listen(self) -> None:
        """Take connections from now on."""
        self._epoll.register(self._slot.fileno(), _ONCE)

    def drain(self) -> None:
        """Take no more requests. What has come over a connection that is refused now goes back to httpd."""
        with self._lock:
            self._drains = True
            self._epoll.unregister(self._slot.fileno())
            idle = list(self._idle.values())
            self._refused.update(dict.fromkeys(idle, frames.pack(frames.AGAIN)))
        for connection in idle:
            connection.refuse_more()
        if self._loop is not None:
            self._loop.drain()

    def close(self) -> None:
        """Shut the ASGI applications down."""
        if self._loop is not None:
            self._loop.close()

    def loop(self) -> Loop:
        """Return the event loop, which the first ASGI application starts."""
        if self._loop is None:
            from .loop import Loop

            with self._lock:
                if self._loop is None:
                    self._loop = Loop()
                    if self._drains:
                        self._loop.drain()
        return self._loop

    @property
    def clocks(self) -> list[Clock | Exchange]:
        """The clocks of the threads, and of the tasks that answer requests."""
        return [*self._threads_clocks, *(self._loop.clocks() if self._loop is not None else ())]

    def take_waiting(self) -> None:
        """Take what httpd has passed. All threads may be busy for long."""
        while not self._drains and self._accept():
            pass

    def was_active(self) -> bool:
        """Return True if there is a request, or was one since the last call."""
        with self._lock:
            before, self._counted = self._counted, self.requests
            return bool(self._busy) or before != self.requests

    def is_drained(self) -> bool:
        with self._lock:
            return not self._idle and not self._busy

    def _run(self) -> None:
        clock = Clock()
        self._threads_clocks.append(clock)
        poll = self._epoll.poll
        slot = self._slot.fileno()
        crew = self._crew
        hand = crew.join()
        while True:
            for descriptor, _ in poll(-1, 1):
                crew.begin(hand)
                if descriptor == slot:
                    self._accept()
                else:
                    self._serve(descriptor, clock)
                crew.end(hand)

    def _accept(self) -> bool:
        """Take a connection that httpd has passed; return False if there is none."""
        with self._accepting:
            errand, rights, is_full = self._descriptors.receive(self._slot)
        if errand == LOOK:
            for descriptor in rights:
                self._tell(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=descriptor))
            rights = array("i")
        with self._lock:
            for descriptor in rights:
                os.set_inheritable(descriptor, False)
                connection = frames.Connection(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=descriptor))
                self._idle[descriptor] = connection
                self._epoll.register(descriptor, _ONCE)
                if self._drains:
                    self._refused[connection] = frames.pack(frames.AGAIN)
                    connection.refuse_more()
                elif is_full:
                    self._refused[connection] = frames.pack(frames.FULL)
            if not self._drains:
                self._epoll.modify(self._slot.fileno(), _ONCE)
        return errand != b""

    def _tell(self, looking: socket.socket) -> None:
        """Answer `pyhook stacks`: what the threads do now. Neither the pulse nor a request waits until httpd reads it."""
        said = [each for clock in self.clocks if (each := clock.looked_at())]
        try:
            threading.Thread(target=_send, args=(looking, json.dumps(said).encode()), daemon=True).start()
        except RuntimeError:
            looking.close()  # there can't be another thread

    def _serve(self, descriptor: int, clock: Clock) -> None:
        with self._lock:
            connection = self._idle.pop(descriptor)
            self._busy.add(connection)
            self.requests += 1
        is_free: list[bool] = []

        def free() -> None:
            is_free.append(True)  # from now on another thread may serve the connection
            self._free(connection)

        try:
            kind, payload = connection.receive()
            if (refusal := self._refused.get(connection)) is not None:
                connection.send(refusal)
                raise frames.Gone
            if kind == frames.REQUEST:
                self._site.serve(connection, payload, clock, free)
            elif kind == frames.HANDLER:
                self._call_handler(connection, payload, clock, free)
            elif kind == frames.SCOPE:
                return self._hand_over(connection, payload)
        except frames.Gone:  # the connection ends
            pass
        except BaseException as failure:  # there is no memory, for example, but this thread is there for other requests
            print(f"{RAISED}: a request could not be begun\n{traceback_of(failure)}", file=sys.stderr)
        if not is_free:
            self._drop(connection)

    def _call_handler(
        self, connection: frames.Connection, payload: bytes, clock: Clock, free: Callable[[], None]
    ) -> None:
        from .handler import serve_handler
        from .question import Question

        question = Question(payload)
        if question.reloads:
            self._site.reloads = True
        serve_handler(question, self.loop, self._site.tell, connection, clock, free)

    def _hand_over(self, connection: frames.Connection, payload: bytes) -> None:
        asked = Asked(payload)
        if asked.reloads:
            self._site.reloads = True
        self.loop().serve(
            connection, asked, self._site.tell, lambda reuse: self._free(connection) if reuse else self._drop(connection)
        )

    def _drop(self, connection: frames.Connection) -> None:
        """The connection serves no other request."""
        with self._lock:
            self._busy.discard(connection)
            self._refused.pop(connection, None)
            connection.close()

    def _free(self, connection: frames.Connection) -> None:
        """The connection waits for its next request."""
        with self._lock:
            self._busy.discard(connection)
            descriptor = connection.fileno()
            self._idle[descriptor] = connection
            if self._drains:
                self._refused[connection] = frames.pack(frames.AGAIN)
                connection.refuse_more()
            self._epoll.modify(descriptor, _ONCE)


def _send(looking: socket.socket, said: bytes) -> None:
    with looking:
        looking.settimeout(PATIENCE)
        try:
            looking.sendall(said)
        except OSError:
            pass  # nobody waits for it any more
