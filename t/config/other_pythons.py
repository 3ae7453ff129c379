"""Hooks beside the daemons of another module."""


def mark(req):
    req.subprocess_env["FROM_HOOK"] = "marked"


def upper(chunk):
    return chunk.upper()


def page(req):
    return "new"
