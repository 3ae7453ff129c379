"""Locks that all processes and threads of the server share: bytes of one file, which a key chooses by its hash."""

from __future__ import annotations

import fcntl
import io
import os
import stat
import struct
import tempfile
import time
import zlib
from _thread import allocate_lock, get_ident
from functools import partial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _thread import LockType

    from .requests import mp_request
    from .servers import mp_server

SECONDS_TO_WAIT = 30.0
FIRST_HASHED = 1 << 16
"""Bytes before this one are the locks of numbers, the others those of keys."""

LONGEST_PAUSE = 0.05


def own_directory(name: str, parent: str | None = None) -> str:
    """Make a directory that only this user can use, or check that it is one. Raises `OSError`."""
    path = os.path.join(parent or tempfile.gettempdir(), f"{name}-{os.geteuid()}")
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        make_directory(path)
        found = os.lstat(path)
    demand_own_directory(path, found)
    return path


def make_directory(path: str) -> None:
    """Make a directory unless another process has just made it."""
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        return


def demand_own_directory(path: str, found: os.stat_result) -> None:
    """Raise `PermissionError` if others can put files there."""
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise PermissionError(f"{path} must be a directory of the server's user, where nobody else can write")


def place_of(key: object, index: int = -1) -> int:
    """Give the byte that is the lock of a key, or of a number."""
    return index if index >= 0 else FIRST_HASHED + zlib.crc32(str(key).encode())


def opened(server: mp_server) -> io.FileIO:
    """Open the file of the locks. Raises `OSError`.

    What arrives while it is opened, as the exception of PyHookTimeout, finds a file that closes itself: only C code runs
    between the opening and the object. Nobody else can put a symbolic link into the directory.
    """
    directory = own_directory("mod_python_locks", server.get_options().get("mod_python.mutex_directory"))
    return io.FileIO(os.path.join(directory, "locks"), "a+", opener=partial(os.open, mode=0o600))


def acquired(server: mp_server, place: int, seconds: float | None = None) -> io.FileIO:
    """Wait for a lock, for ever by default, and give its open file: to close it gives the lock back.

    Raises `TimeoutError`, and `OSError` if there can't be a file.
    """
    file = opened(server)
    try:
        wait_for(file, place, seconds)
    except BaseException:
        file.close()
        raise
    return file


def wait_for(file: io.FileIO, place: int, seconds: float | None) -> None:
    """Lock a byte of an open file. Its lock belongs to the open file, so threads exclude each other too."""
    byte = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, place, 1, 0)
    if seconds is None:
        fcntl.fcntl(file, fcntl.F_OFD_SETLKW, byte)
        return
    deadline, pause = time.monotonic() + seconds, 0.001
    while True:
        try:
            fcntl.fcntl(file, fcntl.F_OFD_SETLK, byte)
            return
        except (BlockingIOError, PermissionError):
            if time.monotonic() >= deadline:
                raise TimeoutError("another request holds the lock") from None
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


class OfProcess(str):
    """A key whose lock the threads of this process share, and no other process knows."""

    __slots__ = ()


class ProcessLock:
    """The lock of a key among the threads of this process.

    An exception may come after any call, as that of PyHookTimeout does: nothing is held but by one atomic call, and
    `release` can be repeated. From Python 3.14 on it may even come between a lock and the block of its `with`.
    """

    __slots__ = ("_key", "_waiting")

    def __init__(self, key: str) -> None:
        self._key = key
        self._waiting: list[LockType] = []  # of those who wait for the end of this

    def wait(self, seconds: float) -> None:
        """Wait for the lock. Raises `TimeoutError`; also then it is to be released."""
        deadline: float | None = None
        while (holder := _holders.setdefault(self._key, self)) is not self:
            if deadline is None:
                deadline = time.monotonic() + seconds
            over = allocate_lock()
            over.acquire()
            holder._waiting.append(over)
            if _holders.get(self._key) is holder and not over.acquire(timeout=max(0.0, deadline - time.monotonic())):
                raise TimeoutError("another request holds the lock")

    def release(self) -> None:
        """Give the lock back, if this has it, and wake those who wait for it."""
        if _holders.get(self._key) is self:
            del _holders[self._key]
        for over in self._waiting:
            if over.locked():
                over.release()


_holders: dict[str, ProcessLock] = {}
"""The locks of this process by their keys."""


class FileLock:
    """The lock of a key among all processes."""

    __slots__ = ("_file", "_place")

    def __init__(self, server: mp_server, place: int) -> None:
        self._file = opened(server)
        self._place = place

    def wait(self, seconds: float) -> None:
        """Wait for the lock. Raises `TimeoutError`; also then it is to be released."""
        wait_for(self._file, self._place, seconds)

    def release(self) -> None:
        """Give the lock back, if this has it."""
        self._file.close()


class Held:
    """The locks that a request holds; one that it takes twice it must give back twice."""

    def __init__(self) -> None:
        self._locks: dict[object, tuple[FileLock | ProcessLock, int]] = {}

    def __del__(self) -> None:
        """Give back what an exception has kept the request from giving back."""
        self.give_all_back()

    def take(self, req: mp_request, key: object, seconds: float = SECONDS_TO_WAIT) -> None:
        """Wait for the lock of the key. It is given back at the end of the request at the latest.

        Raises `TimeoutError`.
        """
        place = own_place(key)
        if place in self._locks:
            lock, count = self._locks[place]
            self._locks[place] = lock, count + 1
            return
        if not self._locks and req.phase != "PythonHandler":  # whose end gives them back
            req.register_cleanup(lambda _: self.give_all_back())
        taken: FileLock | ProcessLock
        taken = ProcessLock(key) if isinstance(key, OfProcess) else FileLock(req.server, place_of(key))
        self._locks[place] = taken, 1  # before it waits: what ends the waiting may come when the lock is there already
        try:
            taken.wait(seconds)
        except BaseException:
            taken.release()
            self._locks.pop(place, None)
            raise

    def give_back(self, key: object) -> None:
        """Give the lock of the key back."""
        place = own_place(key)
        if place not in self._locks:
            return
        lock, count = self._locks[place]
        if count > 1:
            self._locks[place] = lock, count - 1
            return
        lock.release()
        del self._locks[place]

    def give_all_back(self) -> None:
        """Give all locks back."""
        while self._locks:
            place = next(iter(self._locks))
            self._locks[place][0].release()
            del self._locks[place]


def own_place(key: object) -> object:
    """Give what a request knows its lock of the key by: keys of files may share one."""
    return key if isinstance(key, OfProcess) else place_of(key)


def held_by(req: mp_request) -> Held:
    """Give the locks of a request."""
    if req._held_locks is None:
        req._held_locks = Held()
    return req._held_locks


_by_thread: dict[tuple[int, int], io.FileIO] = {}
"""The open files of locks that a thread holds by `lock`, by the thread and the place of the lock."""


def lock(server: mp_server, key: object, index: int = -1) -> None:
    """Wait for the lock of a key, or of a number. Raises `OSError`."""
    place = place_of(key, index)
    _by_thread[get_ident(), place] = acquired(server, place)


def try_lock(server: mp_server, key: object, index: int = -1) -> int:
    """Take the lock of a key, or of a number, if it is free: 1 or 0. Raises `OSError`."""
    place = place_of(key, index)
    try:
        _by_thread[get_ident(), place] = acquired(server, place, 0)
    except TimeoutError:
        return 0
    return 1


def unlock(server: mp_server, key: object, index: int = -1) -> None:
    """Give back the lock of a key, or of a number."""
    file = _by_thread.pop((get_ident(), place_of(key, index)), None)
    if file is not None:
        file.close()
