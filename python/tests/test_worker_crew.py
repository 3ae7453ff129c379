"""How many threads of a worker process wait for requests."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue

import pytest

from pyhook.worker.crew import Crew

SIZE = 8
FEWEST = 3
PATIENCE = 60.0

needs_gil = pytest.mark.skipif(not getattr(sys, "_is_gil_enabled", lambda: True)(), reason="without a GIL all threads wait")


class Requests:
    """A crew whose requests are calls."""

    def __init__(self) -> None:
        self.crew = Crew(SIZE)
        self.queue: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self.crew.start()
        for _ in range(SIZE):
            threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        hand = self.crew.join()
        while True:
            request = self.queue.get()
            self.crew.begin(hand)
            request()
            self.crew.end(hand)


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.001)


@needs_gil
def test_few_threads_wait_for_requests() -> None:
    requests = Requests()
    joined = threading.Semaphore(0)
    for _ in range(SIZE):
        requests.queue.put(joined.release)
    for _ in range(SIZE):
        assert joined.acquire(timeout=PATIENCE)
    until(lambda: requests.crew.awake == FEWEST)


@needs_gil
def test_all_threads_serve_requests_that_wait_and_rest_afterwards() -> None:
    requests = Requests()
    begun: list[int] = []
    go_on = threading.Event()

    def waits() -> None:
        begun.append(1)
        go_on.wait(PATIENCE)

    for _ in range(SIZE):
        requests.queue.put(waits)
    until(lambda: len(begun) == SIZE)
    assert requests.crew.awake == SIZE
    go_on.set()

    def is_rested() -> bool:
        requests.queue.put(lambda: None)
        return requests.crew.awake == FEWEST

    until(is_rested)


@needs_gil
def test_threads_come_again_after_a_pause() -> None:
    requests = Requests()
    until(lambda: requests.crew._is_quiet)
    for _ in range(3):
        together = threading.Barrier(SIZE)
        passed: list[int] = []

        def meets(together: threading.Barrier = together, passed: list[int] = passed) -> None:
            passed.append(together.wait(PATIENCE))

        for _ in range(SIZE):
            requests.queue.put(meets)
        until(lambda: len(passed) == SIZE)
        until(lambda: requests.crew._is_quiet)


def test_a_small_crew_never_rests() -> None:
    crew = Crew(2)
    crew.start()
    for _ in range(2):
        hand = crew.join()
        crew.begin(hand)
        crew.end(hand)
    assert crew.awake == 2
