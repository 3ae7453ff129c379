"""How many threads of a worker process wait for requests."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue

import pytest

from pyhook.worker import crew
from pyhook.worker.crew import Crew

SIZE = 8
FEWEST = 3
PATIENCE = 300.0

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

    def are_served_by_one(self) -> bool:
        """Return True if one thread serves the many short requests that this makes."""
        for _ in range(100):
            self.queue.put(lambda: None)
        return self.crew.awake == 1


@pytest.fixture
def decides_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the looks are far apart, and other programs have threads wait: a thousand looks take minutes."""
    monkeypatch.setattr(crew, "_CALM", 5)
    monkeypatch.setattr(crew, "_DOUBT", 10)
    monkeypatch.setattr(crew, "_NO_FIGHT", 0.0)


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


@needs_gil
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_all_wait_when_nobody_looks_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    def has_no_memory(*_: object) -> bool:
        raise MemoryError

    others = threading.enumerate()
    requests = Requests()
    looks = next(thread for thread in threading.enumerate() if thread.name == "pyhook crew" and thread not in others)
    monkeypatch.setattr(requests.crew, "_adjust", has_no_memory)
    requests.queue.put(lambda: None)
    until(lambda: requests.crew.awake == SIZE)
    looks.join(PATIENCE)  # its exception belongs to this test


@needs_gil
def test_a_clock_that_stands_keeps_no_request_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, waiting = threading.Event(), threading.Semaphore(0)
    requests = Requests()
    stands = time.monotonic()

    def waits() -> None:
        waiting.release()
        go_on.wait(PATIENCE)

    with monkeypatch.context() as stopped:
        stopped.setattr(time, "monotonic", lambda: stands)
        for _ in range(SIZE):
            requests.queue.put(waits)
        for _ in range(SIZE):
            assert waiting.acquire(timeout=PATIENCE)
    go_on.set()


def test_a_small_crew_never_rests() -> None:
    crew = Crew(2)
    crew.start()
    for _ in range(2):
        hand = crew.join()
        crew.begin(hand)
        crew.end(hand)
    assert crew.awake == 2


@needs_gil
@pytest.mark.usefixtures("decides_soon")
def test_one_thread_serves_many_short_requests_and_more_those_that_wait() -> None:
    requests = Requests()
    until(requests.are_served_by_one)

    def is_helped() -> bool:
        requests.queue.put(lambda: time.sleep(0.0001))
        return requests.crew.awake >= FEWEST

    until(is_helped)


@needs_gil
@pytest.mark.usefixtures("decides_soon")
def test_a_request_that_waits_keeps_none_of_the_many_short_ones_waiting() -> None:
    requests = Requests()
    until(requests.are_served_by_one)
    go_on, passed = threading.Event(), threading.Semaphore(0)
    requests.queue.put(lambda: go_on.wait(PATIENCE))
    for _ in range(100):
        requests.queue.put(passed.release)
    for _ in range(100):
        assert passed.acquire(timeout=PATIENCE)
    go_on.set()


@needs_gil
@pytest.mark.usefixtures("decides_soon")
def test_threads_that_fight_for_the_gil_rest_although_others_wait_for_something_else() -> None:
    requests = Requests()
    go_on, waiting = threading.Event(), threading.Semaphore(0)

    def waits() -> None:
        waiting.release()
        go_on.wait(PATIENCE)

    for _ in range(SIZE):
        requests.queue.put(waits)
    for _ in range(SIZE):
        assert waiting.acquire(timeout=PATIENCE)
    go_on.set()
    go_on = threading.Event()
    for _ in range(FEWEST):
        requests.queue.put(waits)
    for _ in range(FEWEST):
        assert waiting.acquire(timeout=PATIENCE)

    def is_peaceful() -> bool:
        for _ in range(SIZE):
            requests.queue.put(lambda: sum(range(3000)))
        return FEWEST < requests.crew.awake <= FEWEST + 2

    until(is_peaceful)
    go_on.set()
