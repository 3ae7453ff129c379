"""Handlers whose calls share_status.t finds in /server-status."""

import time


def fine(req):
    return "fine\n"


def slow(req):
    time.sleep(0.05)
    return "slow\n"


def broken(req):
    raise RuntimeError("broken")
