"""A module with rules for all that is in it."""

__auth_realm__ = "Members"
__auth__ = {"eggs": "spam", "joe": "eoj"}
__access__ = ["eggs"]


def hello(req):
    return "hello " + req.user


def told(req):
    return "told"
