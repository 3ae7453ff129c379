"""Locks that all processes and threads of the server share: a few files, and a text chooses one by its hash."""

from __future__ import annotations

import fcntl
import os
import stat
import tempfile
import zlib
from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .requests import mp_request
    from .servers import mp_server

LOCKS = 8


_own_directories: set[str] = set()


def own_directory(name: str, parent: str | None = None) -> str:
    """Make a directory that only this user can use, or check that it is one. Raises `OSError`."""
    path = os.path.join(parent or tempfile.gettempdir(), f"{name}-{os.geteuid()}")
    if path in _own_directories:
        return path
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        found = os.lstat(path)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
            raise PermissionError(f"{path} belongs to somebody else") from None
    _own_directories.add(path)
    return path


def number_of(server: mp_server, key: object) -> int:
    """Give the number of the lock for a key."""
    return zlib.crc32(str(key).encode()) % int(server.get_options().get("mod_python.mutex_locks", LOCKS))


def open_lock(server: mp_server, number: int) -> int:
    """Open the file of a lock. Raises `OSError`."""
    directory = own_directory("mod_python_locks", server.get_options().get("mod_python.mutex_directory"))
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(os.path.join(directory, f"lock.{number}"), flags, 0o600)


def acquired(server: mp_server, number: int, how: int = fcntl.LOCK_EX) -> int:
    """Wait for a lock, and give its open file. Raises `OSError`."""
    file = open_lock(server, number)
    try:
        fcntl.flock(file, how)
    except BaseException:
        os.close(file)
        raise
    return file


class Held:
    """The locks that a request holds; one that it takes twice it must give back twice."""

    def __init__(self) -> None:
        self._files: dict[int, list[int]] = {}

    def take(self, req: mp_request, key: object) -> None:
        """Wait for the lock of the key. It is given back at the end of the request at the latest."""
        number = number_of(req.server, key)
        if number in self._files:
            self._files[number].append(self._files[number][0])
            return
        if not self._files:
            req.register_cleanup(lambda _: self.give_all_back())
        self._files[number] = [acquired(req.server, number)]

    def give_back(self, req: mp_request, key: object) -> None:
        """Give the lock of the key back."""
        number = number_of(req.server, key)
        held = self._files.get(number)
        if held is None:
            return
        last = held.pop()
        if not held:
            del self._files[number]
            os.close(last)

    def give_all_back(self) -> None:
        """Give all locks back."""
        while self._files:
            _, held = self._files.popitem()
            os.close(held[0])


def held_by(req: mp_request) -> Held:
    """Give the locks of a request."""
    known: Held | None = req.__dict__.get("_held_locks")
    if known is None:
        known = req.__dict__["_held_locks"] = Held()
    return known


_by_thread: dict[tuple[int, int], int] = {}
"""The open files of locks that a thread holds by `lock`, by the thread and the number of the lock."""


def _place(server: mp_server, key: object, index: int) -> tuple[int, int]:
    return get_ident(), number_of(server, key) if index < 0 else index


def lock(server: mp_server, key: object, index: int = -1) -> None:
    """Wait for the lock of a key, or of a number. Raises `OSError`."""
    place = _place(server, key, index)
    _by_thread[place] = acquired(server, place[1])


def try_lock(server: mp_server, key: object, index: int = -1) -> int:
    """Take the lock of a key, or of a number, if it is free: 1 or 0. Raises `OSError`."""
    place = _place(server, key, index)
    try:
        _by_thread[place] = acquired(server, place[1], fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return 0
    return 1


def unlock(server: mp_server, key: object, index: int = -1) -> None:
    """Give back the lock of a key, or of a number."""
    file = _by_thread.pop(_place(server, key, index), None)
    if file is not None:
        os.close(file)
