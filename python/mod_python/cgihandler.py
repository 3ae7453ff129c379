"""`mod_python.cgihandler`: runs a CGI script in this process, one at a time."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from _thread import allocate_lock, get_ident
from typing import TextIO, cast

from . import apache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .requests import mp_request

LONGEST_HEAD = 65536
LARGEST_IN_MEMORY = 65536

_running = allocate_lock()


class OnThread:
    """A stream that is another one for the thread of a script."""

    def __init__(self, ordinary: Any, own: Any) -> None:
        self._ordinary = ordinary
        self._own = own
        self._thread = get_ident()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own if get_ident() == self._thread else self._ordinary, name)

    def __iter__(self) -> Any:
        return iter(self._own if get_ident() == self._thread else self._ordinary)


class Output:
    """The response: headers, an empty line, the body."""

    def __init__(self, req: mp_request) -> None:
        self._req = req
        self._head: bytes | None = b""

    def write(self, piece: bytes) -> None:
        """Take what follows. Raises `ValueError` and `OSError`."""
        if self._head is None:
            self._req.write(piece, 0)
        else:
            self._take_head(self._head + piece)

    def _take_head(self, text: bytes) -> None:
        ends = [(text.find(mark), mark) for mark in (b"\r\n\r\n", b"\n\n") if mark in text]
        if not ends:
            if len(text) > LONGEST_HEAD:
                raise ValueError("the script's headers have no end")
            self._head = text
            return
        at, mark = min(ends)
        self._head = None
        for line in text[:at].decode("latin-1").splitlines():
            self._set(*line.split(":", 1))
        if body := text[at + len(mark) :]:
            self._req.write(body, 0)

    def _set(self, name: str, value: str) -> None:
        name, value = name.strip(), value.strip()
        if name.lower() == "content-type":
            self._req.content_type = value
        elif name.lower() == "status":
            self._req.status = int(value[:3])
        else:
            self._req.headers_out.add(name, value)
            if name.lower() == "location" and self._req.status == apache.HTTP_OK:
                self._req.status = apache.HTTP_MOVED_TEMPORARILY


def handler(req: mp_request) -> int:
    """Run the script that the URL names, with the environment and the streams of CGI.

    The body is read before, and the output sent behind the script: no client can keep other scripts from running.
    """
    path = req.filename or ""
    if not os.path.isfile(path):
        return apache.HTTP_NOT_FOUND
    with open(path, "rb") as file:
        code = compile(file.read(), path, "exec")
    environment = {name: value for name, value in apache.build_cgi_env(req).items() if value is not None}
    with new_file() as body, new_file() as printed:
        copy(req.read, body.write)
        body.seek(0)
        output = io.TextIOWrapper(printed, "utf-8", write_through=True)
        with _running:
            run(code, path, environment, io.TextIOWrapper(body, "utf-8"), output)
        output.flush()
        printed.seek(0)
        copy(printed.read, Output(req).write)
    return apache.OK


def new_file() -> Any:
    """Make a file that is on disk only if it is large."""
    return tempfile.SpooledTemporaryFile(LARGEST_IN_MEMORY, "w+b")


def copy(read: Callable[[int], bytes], write: Callable[[bytes], object]) -> None:
    """Copy all that comes."""
    while piece := read(LARGEST_IN_MEMORY):
        write(piece)


def run(code: Any, path: str, environment: dict[str, str], body: Any, output: Any) -> None:
    """Run the script with its streams and its environment in place of this process's."""
    streams, before = (sys.stdin, sys.stdout), dict(os.environ)
    modules = set(sys.modules)
    sys.stdin = cast(TextIO, OnThread(streams[0], body))
    sys.stdout = cast(TextIO, OnThread(streams[1], output))
    os.environ.clear()
    os.environ.update(environment)
    directory = os.path.dirname(path)
    sys.path.insert(0, directory)
    try:
        exec(code, {"__name__": "__main__", "__file__": path})
    except SystemExit:
        pass  # a script's way to end
    finally:
        sys.path.remove(directory)
        sys.stdin, sys.stdout = streams
        os.environ.clear()
        os.environ.update(before)
        forget(set(sys.modules) - modules, directory)


def forget(names: set[str], directory: str) -> None:
    """Let the next script import the modules of its directory anew."""
    for name in names:
        file = getattr(sys.modules.get(name), "__file__", None) or ""
        if file.startswith(directory + os.sep):
            del sys.modules[name]
