"""Handlers of redis.t: they evaluate the query on a dictionary that a Redis server keeps."""

import os
from urllib.parse import unquote

import pyhook


def ask(req):
    """The dictionary is the one that the last part of the path names."""
    d = pyhook.shared[req.uri.rpartition("/")[2]]
    try:
        result = eval(unquote(req.args), {"d": d, "pyhook": pyhook})
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return repr(result)


def fork(req):
    """What a forked process gets."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(writing, repr(pyhook.shared["counts"].get("calls")).encode())
        except pyhook.SharedAway as error:
            os.write(writing, str(error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading) as text:
        said = text.read()
    os.waitpid(child, 0)
    return said


def count(req):
    return f"{pyhook.shared['counts'].incr('calls', ttl=3600)} {os.getpid()}"


def guard(req):
    """access_checker: asks the dictionary, and has no opinion of its own."""
    pyhook.shared["counts"].incr("guarded", ttl=60)


def open_door(req):
    return "inside\n"
