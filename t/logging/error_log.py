"""Keeps every entry of the error log in a file, as JSON; misbehaves when a message asks for it."""

import json
import logging
import os
import threading

import pyhook
from pyhook.log_entry import LogEntry

print("error_log is imported")  # no callable gets it


def keep(entry: LogEntry):
    request = entry.request
    fields = {name: value for name, value in entry._asdict().items() if name not in ("server", "request")}
    fields["server"] = entry.server.options["entries"]
    fields["pid"] = os.getpid()
    fields["interpreter"] = pyhook.interpreter_name()
    if request is not None:
        assert pyhook.current_request() is request and request.phase == "error_log"
        fields["seen"] = getattr(request.state, "seen", None)
        fields["uri_of_request"] = request.unparsed_uri
    with open(entry.server.options["entries"], "a") as file:
        file.write(json.dumps(fields) + "\n")


def misbehave(entry: LogEntry):
    """Log from inside in every way, or fail."""
    if entry.message.endswith("echo"):
        pyhook.log("inside: pyhook.log", "notice")
        logging.error("inside: logging")
        print("inside: print")
        entry.server.log("inside: server", "notice")
        entry.request.log("inside: request", "notice")
        entry.request.connection.log("inside: connection", "notice")
    if entry.message.endswith("send"):
        entry.request.write("sent from inside")
    if entry.message.endswith("read"):
        entry.request.read()
    if entry.message.endswith("fail"):
        raise RuntimeError("no room for entries")
    if entry.message.endswith("exit"):
        raise SystemExit(3)
    return "nobody looks at it"


def connected(c):
    c.log("a client", "notice")


def say(req):
    req.state.seen = "by the handler"
    req.log(req.args, "warn")
    return f"{req.phase} {pyhook.current_request() is req}\n"


def say_in_thread(req):
    thread = threading.Thread(target=pyhook.log, args=(req.args, "notice"))
    thread.start()
    thread.join()
    return "done\n"


@pyhook.on_exit
def leave():
    pyhook.log("the child ends", "notice")


class Loud:
    def __del__(self):
        pyhook.log("a last word", "notice")


def unwind(req):
    """An object is freed, and logs, while an exception is raised."""

    def inner():
        loud = Loud()
        return [loud, 1 / 0]

    try:
        inner()
    except ZeroDivisionError as error:
        error.__traceback__ = None
        return f"{error}\n"
