"""How many threads of a worker process wait for requests: as few as the requests need.

Threads that wake up for requests that come together fight for the GIL at each call that leaves it. For short requests three
threads take little more than half of the CPU time that twenty-five take. Threads that wait for something else, a database
for example, leave the GIL to others, so then more of them are needed.
"""

from __future__ import annotations

import sys
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_FEWEST: Final = 3
_TICK: Final = 0.002
_SHORT: Final = 0.001  # seconds that a request takes for which no other thread is woken up
_QUIET: Final = 10  # ticks without a request until nobody looks any more


class Hand:
    """A thread that serves requests."""

    __slots__ = ("begun", "is_serving", "rest")

    def __init__(self) -> None:
        self.begun = 0
        self.is_serving = False
        self.rest = threading.Lock()
        self.rest.acquire()


class Crew:
    """The threads of a process. Those that wait for requests are awake; the others rest until they are needed."""

    def __init__(self, size: int) -> None:
        has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
        self._size = size
        self._wanted = min(size, _FEWEST) if has_gil else size
        self._fewest = self._wanted
        self._lock = threading.Lock()
        self._awake: list[Hand] = []
        self._resting: list[Hand] = []
        self._is_quiet = True
        self._stirred = threading.Event()

    def start(self) -> None:
        """Begin to look. Raises `RuntimeError` if there can't be a thread for it."""
        if self._size > self._fewest:
            threading.Thread(target=self._look, name="pyhook crew", daemon=True).start()

    def join(self) -> Hand:
        """Make the calling thread one of the crew. Returns when it is to wait for requests."""
        hand = Hand()
        with self._lock:
            self._awake.append(hand)
        self._rest_if_many(hand)
        return hand

    def begin(self, hand: Hand) -> None:
        """A request begins."""
        hand.is_serving = True
        hand.begun += 1
        if self._is_quiet:
            self._is_quiet = False
            self._stirred.set()

    def end(self, hand: Hand) -> None:
        """The request is over. Returns when the thread is to wait for another one."""
        hand.is_serving = False
        if len(self._awake) > self._wanted:
            self._rest_if_many(hand)

    @property
    def awake(self) -> int:
        """How many threads serve requests or wait for them."""
        return len(self._awake)

    def _rest_if_many(self, hand: Hand) -> None:
        with self._lock:
            if len(self._awake) <= self._wanted:
                return
            self._awake.remove(hand)
            self._resting.append(hand)
        hand.rest.acquire()

    def _look(self) -> None:
        begun = quiet = 0
        while True:
            if quiet >= _QUIET:
                self._is_quiet = True
                if begun == self._begun():
                    self._stirred.wait()
                self._stirred.clear()
                quiet = 0
            time.sleep(_TICK)
            before, begun = begun, self._begun()
            quiet = 0 if self._adjust(begun - before) or begun != before else quiet + 1

    def _begun(self) -> int:
        with self._lock:
            return sum(hand.begun for hand in self._awake) + sum(hand.begun for hand in self._resting)

    def _adjust(self, begun: int) -> bool:
        """Wake threads up if those that are awake are all at work for long; let some rest if few are at work."""
        with self._lock:
            awake = len(self._awake)
            at_work = sum(hand.is_serving for hand in self._awake)
            if at_work == awake and begun * _SHORT < awake * _TICK:
                self._wanted = min(self._size, awake + max(1, awake // 2))
            elif at_work * 2 < awake:
                self._wanted = max(self._fewest, self._wanted - 1)
            while len(self._awake) < self._wanted and self._resting:
                hand = self._resting.pop()
                self._awake.append(hand)
                hand.rest.release()
            return len(self._awake) > awake
