"""An access log of one JSON object per line, in a file that httpd opens:

    LogFormat "%{site_log:line}^pr" json
    GlobalLog ${APACHE_LOG_DIR}/access.json json

or in one that the server's user may write, where a handler shows its end:

    PyHookLogTransaction site_log:json_log
    PyHookOption json_log /srv/demo/log/access.json
    <Location /log>
        PyHookHandler site_log:recent
    </Location>
"""

from __future__ import annotations

import json
import os
import time

from pyhook import Request

LAST_BYTES = 4096
LAST_LINES = 5

_open_files: dict[str, int] = {}


def json_log(req: Request) -> None:
    """log_transaction: append a line to the file that `PyHookOption json_log` names; without one, do nothing."""
    if path := req.options.get("json_log"):
        append(path, line(req) + "\n")


def line(req: Request) -> str:
    """log_field: the request as a JSON object, which has no control characters."""
    entry = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(req.request_time)),
        "client": req.useragent_ip,
        "user": req.user,
        "request": req.the_request,
        "status": req.status,
        "bytes": req.bytes_sent,
        "seconds": round(time.time() - req.request_time, 6),
    }
    return json.dumps(entry)


def append(path: str, line: str) -> None:
    """One write to a file opened for appending: lines of several processes never mix."""
    file = _open_files.get(path)
    if file is None:
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
        # Two threads may both get here; the second takes the first one's file.
        kept = _open_files.setdefault(path, file)
        if kept != file:
            os.close(file)
            file = kept
    os.write(file, line.encode("utf-8"))


def recent(req: Request) -> str:
    """handler: the last lines of the log."""
    req.content_type = "text/plain; charset=utf-8"
    req.headers_out["Cache-Control"] = "no-store"
    with open(req.options["json_log"], "rb") as file:
        file.seek(max(0, os.path.getsize(file.fileno()) - LAST_BYTES))
        lines = file.read().decode("utf-8", "replace").splitlines()
    return "".join(f"{line}\n" for line in lines[-LAST_LINES:])
