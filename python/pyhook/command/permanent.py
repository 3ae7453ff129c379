"""What `pyhook init` writes: a server that stays, in a directory of its own."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

from pyhook.command.configuration import Site, configuration
from pyhook.command.failure import Failure
from pyhook.command.httpd import Httpd

OWN_LINES = "local.conf"

GREETING = '''\
"""A first application: edit it, or name another one in httpd.conf."""


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return [b"It works.\\n"]
'''


def write(directory: Path, site: Site, httpd: Httpd) -> None:
    """Raises Failure for what is there already: nothing of a person's is overwritten."""
    files = {
        directory / "httpd.conf": configuration(site, httpd),
        directory / OWN_LINES: "# Your own lines, which httpd.conf reads at its end.\n",
        directory / f"{name_of(directory)}.service": unit(directory, site, httpd),
        directory / "logrotate.conf": rotation(directory, site),
    }
    for file in files:
        if file.exists():
            raise Failure(f"{file} is there already: name another directory, or move it away")
    for folder in (site.directory, site.directory / "empty", directory / "logs"):
        folder.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        file.write_text(text)


def greeting(directory: Path) -> str:
    """Writes an application for someone who has none yet. What `serve` would be told."""
    site = directory / "site"
    site.mkdir(parents=True, exist_ok=True)
    file = site / "greeting.py"
    if not file.exists():
        file.write_text(GREETING)
    return "greeting:application"


def name_of(directory: Path) -> str:
    """For the unit: letters that systemd takes."""
    return "pyhook-" + (re.sub(r"[^\w.-]+", "-", directory.name, flags=re.ASCII).strip("-") or "site")


def unit(directory: Path, site: Site, httpd: Httpd) -> str:
    start = f"{_word(httpd.program)} -f {_word(directory / 'httpd.conf')}"
    return f"""\
[Unit]
Description=Python in httpd: {_text(site.url)} from {_text(directory)}
After=network.target

[Service]
Type=exec
ExecStartPre={start} -t
ExecStart={start} -DFOREGROUND
ExecReload={start} -t
ExecReload=/bin/kill -USR1 $MAINPID
KillMode=mixed
KillSignal=SIGTERM
TimeoutStopSec=30
Restart=on-failure
{"PrivateTmp=true" if _is_root() else "NoNewPrivileges=true"}

[Install]
WantedBy={"multi-user.target" if _is_root() else "default.target"}
"""


def rotation(directory: Path, site: Site) -> str:
    """The old children write to the old files until their requests have ended: they are compressed a turn later."""
    pid_file = site.directory / "httpd.pid"
    return f"""\
"{directory}/logs/*_log" {{
    weekly
    rotate 12
    missingok
    notifempty
    compress
    delaycompress
    sharedscripts
    postrotate
        if [ -s '{pid_file}' ]; then kill -USR1 "$(cat '{pid_file}')"; fi
    endscript
}}
"""


def advice(directory: Path) -> tuple[str, str]:
    """The command that starts it, now and with the machine, and the one that turns its logs."""
    name, control = name_of(directory), "systemctl" if _is_root() else "systemctl --user"
    unit, turn, state = (shlex.quote(str(directory / part)) for part in (f"{name}.service", "logrotate.conf", "run/logrotate"))
    rotate = f"cp {turn} /etc/logrotate.d/{name}" if _is_root() else f"logrotate --state {state} {turn}  # each day, by crontab -e"
    return f"{control} enable --now {unit}", rotate


def _is_root() -> bool:
    return os.geteuid() == 0


def _text(value: object) -> str:
    return str(value).replace("%", "%%")


def _word(value: object) -> str:
    """A word of a command in a unit, where `$` and `%` mean something."""
    escaped = _text(value).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{escaped}"'
