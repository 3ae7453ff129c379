"""Applications that give file_wrapper all kinds of files."""

from __future__ import annotations

import builtins
import bz2
import gzip
import io
import tempfile

TEXT = b"the text of a file\n" * 16_000  # more than waits to be sent together


PLACE = tempfile.TemporaryDirectory()
for kind, module in {"plain": builtins, "gzip": gzip, "bz2": bz2}.items():
    with module.open(f"{PLACE.name}/{kind}", "wb") as out:
        out.write(TEXT)


def packed(module):
    return module.open(f"{PLACE.name}/{module.__name__}", "rb")


def plain(mode="rb", **how):
    return open(f"{PLACE.name}/plain", mode, **how)


class Upper(io.FileIO):
    def read(self, size=-1):
        return super().read(size).upper()


class UpperRaw(io.FileIO):
    def readinto(self, buffer):
        data = super().read(len(buffer)).upper()
        buffer[: len(data)] = data
        return len(data)


class UpperBuffer(io.BufferedReader):
    def read(self, size=-1):
        return super().read(size).upper()


class Delegate:
    """Like Django's File: each method belongs to the file."""

    read = property(lambda self: self.file.read)

    def __init__(self, file):
        self.file = file

    def close(self):
        self.file.close()


class UpperDelegate(Delegate):
    def read(self, size):
        return self.file.read(size).upper()


def temporary():
    """A part of it is not on disk yet."""
    file = tempfile.NamedTemporaryFile()
    file.write(TEXT)
    file.seek(4)
    file.write(b"TEXT")
    file.seek(0)
    file.write(b"THE")
    return file


def patched():
    file = plain()
    read = file.read
    file.read = lambda size: read(size).upper()
    return file


FILES = {
    "gzip": lambda: packed(gzip),
    "bz2": lambda: packed(bz2),
    "raw": lambda: plain(buffering=0),
    "reader": plain,
    "random": lambda: plain("r+b"),
    "delegate": lambda: Delegate(plain()),
    "delegates": lambda: Delegate(Delegate(plain())),
    "temporary": temporary,
    "upper": lambda: Upper(plain().name),
    "upper-raw": lambda: io.BufferedReader(UpperRaw(plain().name)),
    "upper-buffer": lambda: UpperBuffer(io.FileIO(plain().name)),
    "upper-delegate": lambda: UpperDelegate(plain()),
    "upper-patched": patched,
    "text": lambda: plain("r"),
}


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    file = FILES[environ["PATH_INFO"].strip("/")]()
    return environ["wsgi.file_wrapper"](file)
