"""The life of a worker process: starts, looks at the clocks, asks for its successor, ends."""

from __future__ import annotations

import faulthandler
import importlib
import os
import random
import resource
import signal
import sys
import threading
import time

from ..logging_finder import connect
from . import loading, streams
from .edits import Edits
from .failures import described
from .server import Server
from .wsgi import Site

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from .clock import Clock
    from .exchange import Exchange

SLOT: Final = 3
STATUS: Final = 4
CRASH: Final = 5

_GRACE = 5.0  # seconds from an interruption to the conclusion that it has no effect
_TICK = 1.0
_FAILED = 70
_LONGEST = 8000  # bytes of what the supervisor is told


class Settings:
    """The words of the command line."""

    def __init__(self, words: list[str]) -> None:
        pairs = [word.partition("=")[::2] for word in words]
        numbers = dict(pairs)
        self.group = numbers["group"]
        self.log_level = numbers["log-level"]
        self.threads = int(numbers["threads"])
        self.request_timeout = int(numbers["request-timeout"])
        self.deadlock_timeout = int(numbers["deadlock-timeout"])
        self.requests = _varied(int(numbers["requests"]))
        self.lifetime = _varied(int(numbers["lifetime"]))
        self.memory = int(numbers["memory"])
        self.idle = int(numbers["idle"])
        self.slow = int(numbers["slow"])
        self.touched = [value for key, value in pairs if key == "touch"]
        self.path = [value for key, value in pairs if key == "path"]
        self.imports = [value for key, value in pairs if key == "import"]
        self.applications = [value for key, value in pairs if key == "application"]
        self.loaded = [value for key, value in pairs if key == "load"]


def main(words: list[str]) -> None:
    """Run until the supervisor says otherwise. Exits with status 70 if something can't be loaded."""
    settings = Settings(words)
    faulthandler.enable(os.fdopen(CRASH, "w", closefd=False))
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for descriptor in (SLOT, STATUS, CRASH):
        os.set_inheritable(descriptor, False)
    errors = streams.install()
    streams.most = settings.log_level
    connect()
    sys.path[:0] = loading.directories = settings.path
    sys.argv = [settings.group]
    loading.group = settings.group
    edits = Edits(settings.touched)

    def has_loaded(name: str) -> None:
        edits.note()
        tell("L" + name)

    site = Site(settings.threads, errors, has_loaded)
    loading.allowed.update(settings.applications)
    server = Server(SLOT, settings.threads, site, settings.group)
    _load(settings, server)
    try:
        server.start()
    except (RuntimeError, MemoryError):
        tell("E" + _why_without_threads(settings.threads))
        os._exit(_FAILED)
    server.listen()
    tell("R")
    edits.note()
    watch = Watch(settings, server, site, edits)
    watch.run(stop)
    server.drain()
    watch.drain()
    server.close()
    sys.stdout.flush()
    sys.stderr.flush()


def tell(text: str) -> None:
    """Tell the supervisor something, which is in the first letter. Of a long text the beginning and the end."""
    try:
        told = text.encode("utf-8", "surrogateescape")  # the name of an application may have any bytes
    except UnicodeEncodeError:
        told = text.encode("utf-8", "backslashreplace")
    if len(told) > _LONGEST:
        told = told[: _LONGEST // 4] + b"\n...\n" + told[-_LONGEST * 3 // 4 :]
    try:
        os.write(STATUS, told)
    except OSError:
        pass  # it has gone, and this process is killed with it


class Watch:
    """Looks once a second how long requests take, and whether the process is to be replaced."""

    def __init__(self, settings: Settings, server: Server, site: Site, edits: Edits) -> None:
        self._settings = settings
        self._server = server
        self._site = site
        self._edits = edits
        self._born = self._pulse = self._active = time.monotonic()
        self._is_told = False

    def run(self, stop: threading.Event) -> None:
        """Return when `stop` is set."""
        settings = self._settings
        pulse = settings.deadlock_timeout / 4
        edits = 0
        while not stop.wait(min(_TICK, pulse) if pulse else _TICK):
            self._server.take_waiting()
            now = time.monotonic()
            if now - self._pulse >= pulse:
                self._pulse = now
                tell(".")
            self._look_at_all(now)
            if reason := self._why_replaced(now):
                self._ask_for_successor(reason)
            if edited := self._edits.found(self._site.reloads):
                edits += 1  # the supervisor takes the same words for the same edit
                tell(f"F{edited} has changed" + (f" (edit {edits})" if edits > 1 else ""))

    def drain(self) -> None:
        """Return when all requests have been answered."""
        looked = time.monotonic()
        while not self._server.is_drained():
            if (now := time.monotonic()) - looked >= _TICK:
                looked = now
                self._look_at_all(now)
            time.sleep(0.01)

    def _look_at_all(self, now: float) -> None:
        for clock in self._server.clocks:
            if self._settings.slow:
                self._report_slow(clock)
            if self._settings.request_timeout:
                self._look_at(clock, now)

    def _report_slow(self, clock: Clock | Exchange) -> None:
        if clock.seconds() < self._settings.slow or clock.is_reported:
            return
        clock.is_reported = True
        entry = f"PYHOOK0065: {self._what_runs(clock)}\n{clock.stack()}"
        print(entry, file=sys.stderr)
        tell("S" + entry)

    def _what_runs(self, clock: Clock | Exchange) -> str:
        return f"{clock.request} has run for {clock.seconds():.0f} s in process {os.getpid()} of '{self._settings.group}'"

    def _look_at(self, clock: Clock | Exchange, now: float) -> None:
        if clock.seconds() < self._settings.request_timeout:
            clock.interrupted_at = None
        elif clock.interrupted_at is None:
            entry = f"PYHOOK0085: {self._what_runs(clock)}: it is interrupted\n{clock.stack()}"
            if clock.interrupt():
                clock.interrupted_at = now
                print(entry, file=sys.stderr)
        elif now - clock.interrupted_at >= _GRACE:
            clock.give_up()
            self._ask_for_successor(f"{clock.request} can't be interrupted")

    def _why_replaced(self, now: float) -> str:
        settings = self._settings
        if self._server.requests == 0 or self._server.was_active():
            self._active = now
        if settings.requests and self._server.requests >= settings.requests:
            return f"it has served {self._server.requests} requests"
        if settings.lifetime and now - self._born >= settings.lifetime:
            return f"it is {now - self._born:.0f} s old"
        if settings.idle and now - self._active >= settings.idle:
            return f"it has done nothing for {now - self._active:.0f} s"
        if settings.memory and (size := _resident_megabytes()) >= settings.memory:
            return f"it uses {size} MB of memory"
        return ""

    def _ask_for_successor(self, reason: str) -> None:
        if not self._is_told:
            self._is_told = True
            tell("N" + reason)


def _load(settings: Settings, server: Server) -> None:
    """Import what the configuration names, and the applications that the process of before served."""
    name = ""
    try:
        for module in settings.imports:
            name = f"import={module}"
            importlib.import_module(module)
        for name in settings.loaded:
            if name.startswith(loading.ASGI):
                server.loop().start_lifespan(server.loop().load(name, lambda _: None))
            else:
                loading.application(name, lambda _: None)
    except BaseException as failure:
        tell("E" + described(failure.__cause__ or failure, name))
        os._exit(_FAILED)


def _why_without_threads(threads: int) -> str:
    """Return why the system does not start so many, and the cure."""
    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    if most == resource.RLIM_INFINITY:
        return f"the system does not let its user start {threads} threads: write a smaller threads="
    return f"{threads} threads do not fit into address-space={most >> 20}M: write a larger address-space=, or a smaller threads="


def _varied(number: int) -> int:
    """Return up to a tenth more, so that processes that were started together are not replaced together."""
    return number + random.randint(0, number // 10)


def _resident_megabytes() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20
