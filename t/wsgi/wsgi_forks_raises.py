"""A module that forks, and raises in the child."""

from __future__ import annotations

import os

from wsgi_forks import show, status_of

child = os.fork()
if child == 0:
    raise SystemExit(9)
application = show(status_of(child))


def ignore(entry):
    pass
