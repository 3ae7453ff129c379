"""The module that directories lead to."""

import os
from functools import lru_cache, partial, wraps
from os import environ
from subprocess import check_output
from textwrap import dedent

from members import told as borrowed

_secret = "secret"
number = 42
data = {"key": "value"}
words = ["a", "b"]
keys = data.keys
shout = str.upper
part = partial(int, "5")


def index(req):
    return "index of " + req.interpreter


def say(req, what="NOTHING", *, loud=""):
    return f"I say {what}{loud}"


def demand(what):
    return "no request, " + what


def rest(req, a, **others):
    return repr((a, sorted(others.items())))


def many(req, a):
    return repr(a)


def page(req):
    return "<HTML><p>\u20ac"


def raw(req):
    return b"\xff\xfe"


def pieces(req):
    yield "one "
    yield 2


def nothing(req):
    return None


def req_field(req):
    return type(req).__name__


class Shop:
    title = "shop"

    def __init__(self):
        self.other = Other()

    def __call__(self, req):
        return "the shop"

    def list(self, req, a="none"):
        return "list " + a

    def _hidden(self, req):
        return "hidden"


class Other:
    def __str__(self):
        return "shown as text"


class Guarded:
    def __call__(self, req):
        __auth__ = 0
        return "never"

    def list(self, req):
        return "open"


shop = Shop()
guarded_instance = Guarded()


def closed(req):
    def __auth__(req, user, password):
        return (user, password) == ("spam", "eggs")

    def __access__(req, user):
        return user == "spam"

    __auth_realm__ = 'The "realm"'
    return "open for " + req.user


def shut(req):
    __auth__ = 0
    return "never"


def wrapping(function):
    @wraps(function)
    def inner(req):
        return "inner " + function(req)

    return inner


@wrapping
def closed_inside(req):
    def __auth__(req, user, password):
        return (user, password) == ("spam", "eggs")

    return "wrapped"


@wrapping
@wrapping
def shut_inside(req):
    __access__ = 0
    return "never"


@lru_cache
def cached(req):
    __auth__ = 0
    return "never"


def guarded(req):
    def __auth__(req, user, password):
        return False

    return "never"


def unclear(req):
    __access__ = ["spam"]
    return "never"


def outer_names(req):
    allowed = "spam"

    def __access__(req, user):
        return user == allowed

    return "never"
