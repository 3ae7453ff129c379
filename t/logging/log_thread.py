"""A request's log phase, on any thread."""

import logging
import threading

import pyhook

log = logging.getLogger("site")


def begin(req):
    req.state.begun = threading.get_ident()
    req.state.number = req.args


def end(req):
    same = pyhook.current_request() is req and req.state.number == req.args
    other = threading.get_ident() != req.state.begun
    log.info("%s logged: %s, %d bytes, %s thread", req.args, same, req.bytes_sent, "another" if other else "the same")
