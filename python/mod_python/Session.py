"""`mod_python.Session`: data of a client that is kept between its requests, by a cookie with a random id."""

from __future__ import annotations

import os
import random
import re
import time

from . import Cookie, apache
from .locks import SECONDS_TO_WAIT, OfProcess, held_by
from .session_stores import DbmStore, FileStore, MemoryStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from .requests import mp_request
    from .session_stores import Store

COOKIE_NAME = "pysid"
DFT_TIMEOUT = 30 * 60
CLEANUP_CHANCE = 1000

_SID = re.compile(r"[0-9a-f]{32}")


class Options:
    """What the options say of sessions, also by the names that they had before mod_python 3.3."""

    def __init__(self, options: dict[str, str]) -> None:
        self.kind = options.get("mod_python.session.session_type", options.get("session"))
        self.cookie_name = options.get("mod_python.session.cookie_name", options.get("session_cookie_name")) or COOKIE_NAME
        self.domain = options.get("mod_python.session.application_domain")
        self.path = options.get("mod_python.session.application_path", options.get("ApplicationPath"))
        self.lock_timeout = float(options.get("mod_python.session.lock_timeout") or SECONDS_TO_WAIT)


def options_of(req: mp_request) -> Options:
    """Give the options in force."""
    settings = req._settings()
    known: Options | None = settings.made.get(__name__)
    if known is None:
        known = settings.made[__name__] = Options(settings.options)
    return known


class BaseSession(dict):  # type: ignore[type-arg]
    """A session: a dict that `save()` keeps. Subclasses say where, by the methods `do_…`."""

    def __init__(
        self, req: mp_request, sid: str | None = None, secret: str | None = None, timeout: int = 0, lock: int = 1
    ) -> None:
        self._req = req
        self._options = options_of(req)
        self._secret = secret
        self._lock = lock
        self._locked = False
        self._new = True
        self._invalid = False
        self._timeout = timeout or DFT_TIMEOUT
        self._prepare_store(req)
        self._sid = self._known_sid(sid)
        if self._sid is not None:
            self.lock()
            self._new = not self.load()
        if self._new:
            self._begin()
        if random.random() * CLEANUP_CHANCE < 1:
            self.cleanup()

    def _prepare_store(self, req: mp_request) -> None:
        """Make what `do_load` and its like need."""

    def _known_sid(self, sid: str | None) -> str | None:
        """Give the id of the argument or of the cookie, if it can be one."""
        if sid is None:
            kind: type[Cookie.Cookie] = Cookie.SignedCookie if self._secret else Cookie.Cookie
            if self._secret:
                cookies = Cookie.get_cookies(self._req, kind, secret=self._secret)
            else:
                cookies = Cookie.get_cookies(self._req)
            if not cookies:
                return None
            cookie = cookies.get(self.cookie_name())
            sid = cookie.value if type(cookie) is kind else None
        return sid if isinstance(sid, str) and _SID.fullmatch(sid) else None

    def _begin(self) -> None:
        """Begin a new session under an id of its own: one that the client has brought may be known to others."""
        if self._sid is not None:
            self.unlock()
            self.clear()
        self._sid = os.urandom(16).hex()
        self._created = self._accessed = time.time()
        self.lock()
        Cookie.send(self._req, self._cookie_text())

    def cookie_name(self) -> str:
        """Name the cookie."""
        return self._options.cookie_name

    def _cookie_text(self) -> str:
        """Give the cookie as it is sent: most need no object for it."""
        if self._secret or self._options.domain or type(self).make_cookie is not BaseSession.make_cookie:
            return str(self.make_cookie())
        return f"{self.cookie_name()}={self._sid}; path={self._path()}"

    def make_cookie(self) -> Cookie.Cookie:
        """Make the cookie that carries the id."""
        name, path, domain = self.cookie_name(), self._path(), self._options.domain
        if not (domain or self._secret):
            return Cookie.Cookie(name, self._sid, path=path)
        attributes: dict[str, Any] = {"path": path, "domain": domain} if domain else {"path": path}
        if self._secret:
            return Cookie.SignedCookie(name, self._sid, self._secret, **attributes)
        return Cookie.Cookie(name, self._sid, **attributes)

    def _path(self) -> str:
        """Give the path of the directory whose section names the handler, if it is below DocumentRoot."""
        given = self._options.path
        if given:
            return given
        now = self._req._now
        handler = now.now() if now else None
        if handler is None or handler.is_location or not handler.directory:
            return "/"
        root = (self._req.document_root() or "").rstrip("/")
        if handler.directory.startswith(root + "/"):
            return handler.directory[len(root) :].rstrip("/") or "/"
        return "/"

    def is_new(self) -> int:
        """Has this request begun the session?"""
        return int(self._new)

    def id(self) -> str:
        """Give the id."""
        return self._sid or ""

    def created(self) -> float:
        """Say when it began, in seconds since the epoch."""
        return self._created

    def last_accessed(self) -> float:
        """Say when it was saved last, in seconds since the epoch."""
        return self._accessed

    def timeout(self) -> int:
        """Give the seconds after which it ends if it is not saved."""
        return self._timeout

    def set_timeout(self, secs: int) -> None:
        """Set the seconds after which it ends if it is not saved."""
        self._timeout = secs

    def load(self) -> bool:
        """Read what was saved; False if there is nothing, or if it is too old."""
        stored = self.do_load()
        if stored is None or time.time() - stored["_accessed"] > stored["_timeout"]:
            return False
        self._created, self._accessed, self._timeout = stored["_created"], stored["_accessed"], stored["_timeout"]
        self.clear()
        self.update(stored["_data"])
        return True

    def save(self) -> None:
        """Keep what is in it now."""
        if self._invalid:
            return
        self._accessed = time.time()
        self.do_save(
            {
                "_data": dict(self),
                "_accessed": self._accessed,
                "_created": self._created,
                "_timeout": self._timeout,
            }
        )

    def delete(self) -> None:
        """Remove what was saved."""
        self.do_delete()
        self.clear()

    def invalidate(self) -> None:
        """Remove what was saved, and the cookie."""
        cookie = self.make_cookie()
        cookie.expires = 0
        Cookie.add_cookie(self._req, cookie)
        self.delete()
        self._invalid = True

    def init_lock(self) -> None:
        """Do nothing: for subclasses with other locks."""

    def lock(self) -> None:
        """Wait until no other request uses the session. It is unlocked when this one's PythonHandlers have ended.

        Raises `SERVER_RETURN` with a 503 if that takes longer than the option mod_python.session.lock_timeout.
        """
        if not self._lock or self._locked:
            return
        seconds = self._options.lock_timeout
        try:
            held_by(self._req).take(self._req, self._lock_key(), seconds)
        except TimeoutError:
            self._req.log_error(f"Session: another request has held the session for {seconds:g} s", apache.APLOG_WARNING)
            raise apache.SERVER_RETURN(apache.HTTP_SERVICE_UNAVAILABLE) from None
        self._locked = True

    def unlock(self) -> None:
        """Let other requests use the session."""
        if self._locked:
            held_by(self._req).give_back(self._lock_key())
            self._locked = False

    def _lock_key(self) -> object:
        """Give what is locked: here something that all processes of the server share."""
        return self._sid

    def cleanup(self) -> None:
        """Remove old sessions when this request has ended."""
        self._req.register_cleanup(lambda _: self.do_cleanup())

    def do_load(self) -> dict[str, Any] | None:
        """Read what was saved under the id."""
        raise NotImplementedError

    def do_save(self, stored: dict[str, Any]) -> None:
        """Save under the id."""
        raise NotImplementedError

    def do_delete(self) -> None:
        """Remove what was saved under the id."""
        raise NotImplementedError

    def do_cleanup(self) -> None:
        """Remove old sessions."""


class StoredSession(BaseSession):
    """A session in one of the stores."""

    store: ClassVar[type[Store]]

    def _prepare_store(self, req: mp_request) -> None:
        self._store = self._make_store(req)

    def _make_store(self, req: mp_request) -> Store:
        return self.store(req)

    def do_load(self) -> dict[str, Any] | None:
        return self._store.load(self.id())

    def do_save(self, stored: dict[str, Any]) -> None:
        self._store.save(self.id(), stored)

    def do_delete(self) -> None:
        self._store.delete(self.id())

    def do_cleanup(self) -> None:
        self._store.clean()


class MemorySession(StoredSession):
    """A session in the memory of this process: for servers of one process."""

    store = MemoryStore

    def _lock_key(self) -> object:
        """Give what no other process could want."""
        return OfProcess(self.id())


class DbmSession(StoredSession):
    """A session in a dbm file, which all processes share."""

    store = DbmStore

    def __init__(
        self,
        req: mp_request,
        dbm: str | None = None,
        sid: str | None = None,
        secret: str | None = None,
        dbmtype: object = None,
        timeout: int = 0,
        lock: int = 1,
    ) -> None:
        self._dbm = dbm
        super().__init__(req, sid, secret, timeout, lock)

    def _make_store(self, req: mp_request) -> Store:
        return DbmStore(req, self._dbm)


class FileSession(StoredSession):
    """A session in a file of its own, which all processes share."""

    store = FileStore

    def __init__(
        self,
        req: mp_request,
        sid: str | None = None,
        secret: str | None = None,
        timeout: int = 0,
        lock: int = 1,
        fast_cleanup: int = 1,
        verify_cleanup: int = 1,
    ) -> None:
        super().__init__(req, sid, secret, timeout, lock)


KINDS: dict[str, type[StoredSession]] = {
    "DbmSession": DbmSession,
    "FileSession": FileSession,
    "MemorySession": MemorySession,
}


def Session(  # noqa: N802
    req: mp_request, sid: str | None = None, secret: str | None = None, timeout: int = 0, lock: int = 1
) -> BaseSession:
    """Make a session of the kind that the option names: by default in memory if there is one process, else in a file."""
    wanted = options_of(req).kind
    if wanted is not None and wanted not in KINDS:
        raise ValueError(f"PythonOption mod_python.session.session_type: there is no {wanted}: write {', '.join(KINDS)}")
    if wanted is None:
        is_alone = apache.mpm_query(apache.AP_MPMQ_IS_THREADED) and apache.mpm_query(apache.AP_MPMQ_MAX_DAEMONS) == 1
        wanted = "MemorySession" if is_alone else "DbmSession"
    kind = KINDS[wanted]
    if kind is DbmSession:
        return DbmSession(req, None, sid, secret, None, timeout, lock)
    return kind(req, sid, secret, timeout, lock)
