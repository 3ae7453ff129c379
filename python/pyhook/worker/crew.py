"""How many threads of a worker process wait for requests: as few as the requests need.

Threads that wake up for requests that come together fight for the GIL at each call that leaves it. Threads that wait for
something else, a database for example, leave the GIL to others, so then more of them are needed. Three wait for requests
when little is known of these. One is enough for many short requests that wait for nothing: with three threads for them a
process takes 1.7 times the CPU time.
"""

from __future__ import annotations

import sys
import threading
import time

try:
    from resource import RUSAGE_THREAD, getrusage
except ImportError:  # a system that does not count for each thread
    _KNOWS_SLEEPS = False
else:
    _KNOWS_SLEEPS = True

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_FEWEST: Final = 3
_TICK: Final = 0.002
_SHORT: Final = 0.001  # seconds that a request takes for which no other thread is woken up
_SPARE: Final = 2  # threads beside those whose requests take long
_FADING: Final = 0.1  # of such a thread that is forgotten with each tick
_NO_FIGHT: Final = 0.5  # of one CPU that a process takes whose threads wait for something else than the GIL
_NO_GIL: Final = 1.25  # of one CPU that a process takes whose threads work without the GIL
_QUIET: Final = 10  # ticks without a request until nobody looks any more
_MANY: Final = 8  # requests of a tick that one thread may serve alone
_CALM: Final = 50  # ticks with so many before one does, in which no request took a whole tick
_DOUBT: Final = 1000  # ticks until that is tried again, if the requests then waited for something
_SAMPLE: Final = 8  # of so many requests that one thread serves alone, one is looked at


class Hand:
    """A thread that serves requests."""

    __slots__ = ("begun", "is_serving", "rest", "seen", "slept")

    def __init__(self) -> None:
        self.begun = 0
        self.seen = 0  # how many had begun at the last tick
        self.is_serving = False
        self.slept: int | None = None  # how often, when a request began that is looked at
        self.rest = threading.Lock()
        self.rest.acquire()


class Crew:
    """The threads of a process. Those that wait for requests are awake; the others rest until they are needed."""

    def __init__(self, size: int) -> None:
        has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
        self._size = size
        self._wanted = min(size, _FEWEST) if has_gil else size
        self._fewest = self._wanted
        self._may_be_one = has_gil and size > 1 and _KNOWS_SLEEPS
        self._long = 0.0  # threads whose requests take long, of late
        self._calm = 0  # ticks; below 0: there is doubt
        self._looked_at = 0  # requests of a thread that was alone
        self._slept = 0  # those of them that waited for something
        self._lock = threading.Lock()
        self._awake: list[Hand] = []
        self._resting: list[Hand] = []
        self._is_quiet = True
        self._stirred = threading.Event()

    def start(self) -> None:
        """Begin to look. Raises `RuntimeError` if there can't be a thread for it."""
        if self._size > self._fewest or self._may_be_one:
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
        if len(self._awake) == 1 and self._may_be_one and not hand.begun % _SAMPLE:
            hand.slept = _sleeps()
        if self._is_quiet:
            self._is_quiet = False
            self._stirred.set()

    def end(self, hand: Hand) -> None:
        """The request is over. Returns when the thread is to wait for another one."""
        hand.is_serving = False
        if hand.slept is not None:
            self._looked_at += 1
            self._slept += _sleeps() != hand.slept
            hand.slept = None
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
        try:
            self._look_for_ever()
        finally:  # there is no memory for it, for example: nobody will wake those up that rest
            with self._lock:
                self._wanted = self._size
                self._wake()

    def _look_for_ever(self) -> None:
        begun = quiet = 0
        while True:
            if quiet >= _QUIET:
                self._is_quiet = True
                if begun == self._begun():
                    self._stirred.wait()
                self._stirred.clear()
                quiet = 0
            since, spent = time.monotonic(), time.process_time()
            time.sleep(_TICK)
            elapsed = max(time.monotonic() - since, _TICK)  # an application may have stopped the clock, as tests do
            busy = time.process_time() - spent
            before, begun = begun, self._begun()
            fight = _NO_FIGHT < busy / elapsed < _NO_GIL
            quiet = 0 if self._adjust(begun - before, elapsed, fight) or begun != before else quiet + 1

    def _begun(self) -> int:
        with self._lock:
            return sum(hand.begun for hand in self._awake) + sum(hand.begun for hand in self._resting)

    def _adjust(self, begun: int, elapsed: float, is_fight: bool) -> bool:
        """Wake threads up if those that are awake are all at work for long; let some rest if few are at work.

        Nor are many of use if they fight for the GIL, unless their requests take so long that others would wait for them.
        """
        with self._lock:
            awake = len(self._awake)
            at_work = sum(hand.is_serving for hand in self._awake)
            takes_long = sum(hand.is_serving and hand.begun == hand.seen for hand in self._awake)
            for hand in self._awake:
                hand.seen = hand.begun
            self._long = max(takes_long, self._long - _FADING)
            fewest = 1 if self._is_one_enough(begun, takes_long) else self._fewest
            is_full = at_work == awake and begun * _SHORT < awake * elapsed
            if is_full and (takes_long == awake or not is_fight):
                self._wanted = min(self._size, awake + max(1, awake // 2))
            elif fewest == 1:
                self._wanted = 1
            elif at_work * 2 < awake or (is_fight and self._long + _SPARE < awake):
                self._wanted -= 1
            self._wanted = max(self._wanted, fewest)
            self._wake()
            return len(self._awake) > awake

    def _wake(self) -> None:
        while len(self._awake) < self._wanted and self._resting:
            hand = self._resting.pop()
            self._awake.append(hand)
            hand.rest.release()

    def _is_one_enough(self, begun: int, takes_long: int) -> bool:
        """Return True if all requests have been short for some time, and waited for nothing."""
        if takes_long or begun < _MANY:
            self._calm = min(self._calm, 0)
        elif self._calm < _CALM:
            self._calm += 1
        if self._looked_at >= _SAMPLE:
            if self._slept * 4 > self._looked_at:
                self._calm = -_DOUBT
            self._looked_at = self._slept = 0
        return self._may_be_one and self._calm == _CALM


def _sleeps() -> int:
    """Return how often the calling thread has waited for something."""
    return getrusage(RUSAGE_THREAD).ru_nvcsw
