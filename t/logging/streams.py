"""The streams of text that lead to the error log, used as applications use them."""

import io
import logging
import sys
import threading

import pyhook


def begin(req):
    if req.args == "fixups":
        print("begun in fixups", end="")


def closed():
    sys.stdout.close()
    sys.stderr.buffer.close()
    print("after close", file=sys.stdout)
    print("after close", file=sys.stderr)
    return f"{sys.stdout.closed} {sys.stderr.buffer.closed}"


def reconfigured():
    before = sys.stdout.encoding, sys.stdout.errors
    sys.stdout.reconfigure(encoding="ascii", errors="backslashreplace")
    print("reconfigured \u20ac")
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
    return f"{before == (sys.stdout.encoding, sys.stdout.errors)}"


def wrapped():
    outer = sys.stdout
    sys.stdout = io.TextIOWrapper(sys.stdout.detach(), encoding="utf-8", line_buffering=True)
    print("wrapped")
    sys.stdout = outer
    print("unwrapped")
    return "wrapped"


def dots():
    """How many times as long as one of the first pieces a piece takes after many others."""
    import time

    def cost(count):
        begun = time.thread_time()
        for _ in range(count):
            print(".", end="")
        return (time.thread_time() - begun) / count

    first = cost(2000)
    cost(60000)
    return f"{cost(2000) / first:.1f}"


def in_thread():
    """A thread that never ends its line, and does not return before the child ends."""
    begun = threading.Event()

    def work():
        print("begun in a thread", end="")
        begun.set()
        threading.Event().wait()

    threading.Thread(target=work, daemon=True).start()
    begun.wait()
    return "begun"


def unfinished():
    print("begun in a handler", end="")
    print(" and on standard error", end="", file=sys.stderr)
    return "unfinished"


def raised():
    print("begun before it fails", end="")
    raise LookupError("none")


def basic_config():
    """The effect of an application's own configuration of logging, in a separate interpreter."""
    root = logging.getLogger()
    before = len(root.handlers), root.level
    path = f"{pyhook.server_root()}/streams.log"
    logging.basicConfig(level=logging.ERROR, filename=path, format="%(message)s")
    log = logging.getLogger("site")
    log.info("never %d", "a number")  # it is not even formatted
    log.error("in the file")
    with open(path) as file:
        return f"{before} {root.level} {log.isEnabledFor(logging.INFO)} {file.read()!r}"


def levels():
    log = logging.getLogger("site")
    log.debug("a debug message")
    return f"{logging.getLogger().level} {log.isEnabledFor(logging.DEBUG)} {log.isEnabledFor(5)}"


def module_functions():
    logging.warning("by a function of the module")
    return "warned"


def answer(req):
    return globals()[req.uri.rpartition("/")[2]]() if not req.args else "answered\n"


def application(environ, start_response):
    stream = environ["wsgi.errors"]
    usual = io.TextIOWrapper(io.BytesIO())
    missing = {name for name in dir(usual) if not name.startswith("_")} - set(dir(stream))
    stream.write("begun by an application")
    stream.close()
    print(" which goes on", file=stream)
    stream.buffer.write(b"bytes \xe2\x82\xac")
    start_response("200 OK", [])
    yield f"{sorted(missing)} {stream.name} {stream.encoding} {stream.isatty()} {stream.closed}".encode()
    stream.write("begun while it answers")
