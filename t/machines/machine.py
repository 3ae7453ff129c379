"""What each machine serves, for t/machines/machines.t."""

import os
import time
from pathlib import Path

HOST = os.environ["MACHINE"]
RELEASE = os.environ["MACHINE_RELEASE"]
PLACE = Path(os.environ["MACHINE_PLACE"])


def page(req):
    """Say which machine answers. /hold/NAME is held there until a file lets it go; each visit leaves a mark."""
    held_at = req.uri.removeprefix("/hold/")
    if held_at == HOST:
        with open(PLACE / f"visits-{HOST}", "a") as visits:
            visits.write(f"{req.method}\n")
        while not (PLACE / f"go-{HOST}").exists():
            time.sleep(0.02)
    return f"{HOST} {RELEASE} {req.args or '-'}\n"


def by_session(req, workers):
    """Balancer method: a session stays at the machine of its name."""
    wanted = req.headers_in.get("Session", "")
    return next((worker for worker in workers if worker.route == wanted), workers[0])
