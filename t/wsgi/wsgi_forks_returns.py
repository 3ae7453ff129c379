"""A module that forks, and finishes in the child as in its parent."""

from __future__ import annotations

import os

from wsgi_forks import show, status_of

child = os.fork()
application = show(status_of(child)) if child else None
