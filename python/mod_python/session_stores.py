"""Where sessions are kept: memory, a dbm file, files.

Files hold pickles, so only those are read that belong to the user of this process and that nobody else can write.
"""

from __future__ import annotations

import os
import pickle
import stat
import tempfile
import time
from _thread import allocate_lock

from .locks import demand_own_directory, own_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    from .requests import mp_request

    Stored = dict[str, Any]

    class Store(Protocol):
        """Keeps what sessions save, by their ids."""

        def __init__(self, req: mp_request) -> None: ...
        def load(self, sid: str) -> Stored | None: ...
        def save(self, sid: str, stored: Stored) -> None: ...
        def delete(self, sid: str) -> None: ...
        def clean(self) -> None: ...


def is_over(stored: Stored) -> bool:
    """Has the session not been saved for too long?"""
    return bool(time.time() - stored["_accessed"] > stored["_timeout"])


def directory_of(req: mp_request, kind: str) -> str:
    """Give the directory that options name for sessions, or one of this user. Raises `OSError`."""
    options = req._settings().options
    for name in (f"mod_python.{kind}.database_directory", "mod_python.session.database_directory", "session_directory"):
        if name in options:
            return options[name]
    return own_directory("mp_sess")


def demand_own(path: str, found: os.stat_result) -> None:
    """Raise `PermissionError` if others can write the file: to load it would run their code."""
    if found.st_uid != os.geteuid() or found.st_mode & 0o022 or not stat.S_ISREG(found.st_mode):
        raise PermissionError(f"{path} can be written by others: sessions are not read from it")


class MemoryStore:
    """Sessions of one interpreter's name in this process. They are kept pickled: a session that is not saved changes
    nothing.
    """

    _lock = allocate_lock()
    _all: dict[tuple[str, str], tuple[float, bytes]] = {}
    """When each is over, and what was saved: who looks for old ones reads no pickle."""

    def __init__(self, req: mp_request) -> None:
        self._name = req.interpreter

    def load(self, sid: str) -> Stored | None:
        kept = self._all.get((self._name, sid))
        return None if kept is None else pickle.loads(kept[1])

    def save(self, sid: str, stored: Stored) -> None:
        self._all[self._name, sid] = stored["_accessed"] + stored["_timeout"], pickle.dumps(stored)

    def delete(self, sid: str) -> None:
        self._all.pop((self._name, sid), None)

    def clean(self) -> None:
        """Remove old sessions."""
        with self._lock:
            now = time.time()
            for key, kept in list(self._all.items()):
                if kept[0] < now and self._all.get(key) is kept:  # it has not been saved meanwhile
                    self._all.pop(key, None)


class DbmStore:
    """Sessions in a dbm file, which is open only while it is used."""

    def __init__(self, req: mp_request, path: str | None = None) -> None:
        options = req._settings().options
        name = options.get("mod_python.dbm_session.database_filename", options.get("session_dbm", "mp_sess.dbm"))
        self._path = path or (name if os.path.isabs(name) else os.path.join(directory_of(req, "dbm_session"), name))

    def _open(self) -> Any:
        import dbm

        directory = os.path.dirname(self._path) or "."
        demand_own_directory(directory, os.stat(directory))
        for name in (self._path, self._path + ".db", self._path + ".dat", self._path + ".dir", self._path + ".pag"):
            try:
                demand_own(name, os.lstat(name))
            except FileNotFoundError:
                continue
        return self._waiting(dbm)

    def _waiting(self, dbm: Any) -> Any:
        """Open the file; gdbm lets one process write at a time."""
        deadline = time.monotonic() + 30
        while True:
            try:
                return dbm.open(self._path, "c", 0o600)
            except dbm.error as error:
                if getattr(error, "errno", None) not in (11, None) or time.monotonic() > deadline:
                    raise
            time.sleep(0.002)

    def load(self, sid: str) -> Stored | None:
        with self._open() as file:
            data = file.get(sid.encode())
        return None if data is None else pickle.loads(data)

    def save(self, sid: str, stored: Stored) -> None:
        data = pickle.dumps(stored)
        with self._open() as file:
            file[sid.encode()] = data

    def delete(self, sid: str) -> None:
        with self._open() as file:
            if sid.encode() in file:
                del file[sid.encode()]

    def clean(self) -> None:
        """Remove old sessions."""
        with self._open() as file:
            for key in list(file.keys()):
                if is_over(pickle.loads(file[key])):
                    del file[key]


class FileStore:
    """Sessions in a file each, in directories by the first two letters of the id."""

    def __init__(self, req: mp_request) -> None:
        options = req._settings().options
        self._directory = directory_of(req, "file_session")
        demand_own_directory(self._directory, os.stat(self._directory))
        grace = options.get("mod_python.file_session.cleanup_grace_period", options.get("session_grace_period", 240))
        self._grace = int(grace)

    def _path(self, sid: str) -> str:
        return os.path.join(self._directory, "mp_sess", sid[:2], sid)

    def load(self, sid: str) -> Stored | None:
        path = self._path(sid)
        try:
            with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
                demand_own(path, os.fstat(file.fileno()))
                stored: Stored = pickle.load(file)
        except FileNotFoundError:
            return None
        return stored

    def save(self, sid: str, stored: Stored) -> None:
        path = self._path(sid)
        os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
        number, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".new")
        try:
            with open(number, "wb") as file:
                pickle.dump(stored, file)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise

    def delete(self, sid: str) -> None:
        try:
            os.unlink(self._path(sid))
        except FileNotFoundError:
            return

    def clean(self) -> None:
        """Remove sessions that are old, and have been for the grace period."""
        for directory, _, files in os.walk(os.path.join(self._directory, "mp_sess")):
            for name in files:
                self._clean_one(os.path.join(directory, name), name)

    def _clean_one(self, path: str, sid: str) -> None:
        try:
            stored = None if sid.startswith(".new") else self.load(sid)
        except (OSError, pickle.UnpicklingError, EOFError):
            return
        if stored is not None and time.time() - stored["_accessed"] > stored["_timeout"] + self._grace:
            os.unlink(path)
