"""As whom worker processes run, who may connect to the socket of a program, and where it may be."""

from __future__ import annotations

import grp
import os
import pwd
import subprocess
import sys
from pathlib import Path

from server import Place, differences

USERS = ("daemon", "games")

APPLICATION = '''
import os


def application(environ, start_response):
    failed = []
    for become in (os.setuid, os.setgid, os.seteuid):
        try:
            become(0)
        except OSError:
            failed.append(become.__name__)
    with open("/proc/self/status") as file:
        status = dict(line.split(":", 1) for line in file)
    words = [status[key].strip() for key in ("Uid", "Gid", "CapEff", "CapPrm", "NoNewPrivs")]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return ["\\n".join([*words, str(sorted(os.getgroups())), str(failed), os.getcwd()]).encode()]
'''

CONFIGURATION = """
PyHookPath {place}
PyHookWSGIAlias /none who_am_i:application
PyHookProcesses none directory=/usr
<Location /none>
    PyHookRunIn none
</Location>
PyHookProcesses program command="/usr/bin/python3 {place}/program.py" user=daemon
PyHookProcesses closed command="{place}/closed/program" user=games
"""

SOCKET = """
PyHookProcesses other command="/usr/bin/python3 {place}/program.py" socket={place}/{open}/inner/other.sock
"""

CLOSED_PATH = """
PyHookProcesses path path={place}/closed user=games
PyHookProcesses open path={place} user=games
PyHookProcesses linked command="{place}/linked" user=games
"""

STOPS = """
#include <signal.h>
#include <unistd.h>

int access(const char *path, int mode) {
    if (geteuid() != 0)
        raise(SIGSTOP);
    return faccessat(-100 /* AT_FDCWD */, path, mode, 0);
}
"""

CLOSED = "{place}/closed/program can't be run by its user, who may not enter {place}/closed: write a command= that the user may run"

PROGRAM = '''
import os
import socket

listening = socket.socket(fileno=3)
while True:
    connection, _ = listening.accept()
    connection.sendall(f"{os.getuid()} {os.geteuid()}".encode())
    connection.close()
'''

CLIENT = "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); print(s.recv(100).decode())"

GROUP = """
PyHookWSGIAlias /{user} who_am_i:application
PyHookProcesses {user} user={user} directory=/usr
<Location /{user}>
    PyHookRunIn {user}
</Location>
"""


def problems(place: Place) -> list[str]:
    """Return what is wrong."""
    place.write("who_am_i.py", APPLICATION)
    place.write("program.py", PROGRAM)
    (place.path / "closed").mkdir(0o700)
    place.write("closed/program", "#!/bin/sh\n", 0o755)
    lines = CONFIGURATION + "".join(GROUP.replace("{user}", user) for user in USERS)
    with place.served(lines):
        found = [problem for user in USERS for problem in problems_of(place, user, user)]
        found += problems_of(place, "none", "www-data")
        found += problems_of_socket(place.path / "pyhook-program.sock", "daemon")
        found += place.problems_of_log(CLOSED.format(place=place.path))
    return found + problems_of_closed(place) + problems_of_stopped(place) + problems_of_directories(place, lines)


def problems_of(place: Place, path: str, user: str) -> list[str]:
    """Return what is wrong with the process that answers at the path."""
    known = pwd.getpwnam(user)
    wanted = [
        "\t".join([str(known.pw_uid)] * 4),
        "\t".join([str(known.pw_gid)] * 4),
        "0" * 16,
        "0" * 16,
        "1",
        str(groups_of(user)),
        "['setuid', 'setgid', 'seteuid']",
        "/usr",
    ]
    return differences(user, place.answer(path).split("\n"), wanted)


def groups_of(user: str) -> list[int]:
    return sorted({pwd.getpwnam(user).pw_gid} | {group.gr_gid for group in grp.getgrall() if user in group.gr_mem})


def problems_of_closed(place: Place) -> list[str]:
    """Return what is wrong with what is said where a user may not read what the processes need."""
    path = f"path: {place.path}/closed can't be read by its user: let that user read it, or write another path= or user="
    linked = f"linked: {place.path}/linked can't be run by its user, who may not enter {place.path}/closed, where it leads: "
    (place.path / "linked").symlink_to("closed/program")
    found = differences("a closed path=", place.warnings(CLOSED_PATH), [path, f"{linked}write a command= that the user may run, or another user="])
    place.package.chmod(0o700)
    package = f"{place.package}/pyhook/worker/__main__.py can't be read by its user, who may not enter {place.package}: let that user read the package"
    said = place.warnings(GROUP.replace("{user}", "games"))
    if [line.startswith(f"games: {package}") for line in said] != [True]:
        found.append(f"{said} is said about a package that is closed, not {package!r}")
    with place.served(GROUP.replace("{user}", "games")):
        found += place.problems_of_log(f"before it was ready: {package}")
    place.package.chmod(0o755)
    return found


def problems_of_stopped(place: Place) -> list[str]:
    """Return what is wrong if the user stops the process of his that httpd -t makes: that is not to wait for him."""
    place.write("stops.c", STOPS)
    subprocess.check_call(["cc", "-shared", "-fPIC", "-o", place.path / "stops.so", place.path / "stops.c"])
    try:
        said = place.warnings(CLOSED_PATH, LD_PRELOAD=str(place.path / "stops.so"))
    except subprocess.TimeoutExpired:
        return ["httpd -t waits for a process that its user has stopped"]
    return differences("a check whose processes are stopped", said, [])


def problems_of_socket(path: Path, owner: str) -> list[str]:
    """Return what is wrong with who may connect, and with the user whom the program runs as."""
    problems = []
    number = pwd.getpwnam(owner).pw_uid
    for user, may in (("www-data", True), ("daemon", False), ("games", False)):
        client = subprocess.run(
            [sys.executable, "-c", CLIENT, path], user=user, group=pwd.getpwnam(user).pw_gid, extra_groups=[], capture_output=True
        )
        said = client.stdout.decode().strip()
        if said != (f"{number} {number}" if may else ""):
            problems.append(f"{path}: {user} gets {said!r}")
        if not may and b"PermissionError" not in client.stderr:
            problems.append(f"{path}: {user} is not refused: {client.stderr.decode()}")
    return problems


def problems_of_directories(place: Place, lines: str) -> list[str]:
    """Return what is wrong with the directories that a socket may be in."""
    problems = []
    for name, mode, owner, may in (
        ("shared", 0o777, 0, False),
        ("grouped", 0o775, 0, False),
        ("owned", 0o755, pwd.getpwnam("games").pw_uid, False),
        ("sticky", 0o1777, 0, True),
        ("plain", 0o755, 0, True),
    ):
        directory = place.path / name
        (directory / "inner").mkdir(parents=True)
        directory.chmod(mode)
        os.chown(directory, owner, 0)
        refused = f"others than root may write to {directory}: name a socket= in a directory that only root can change"
        problems += problems_with_socket(place, lines, name, "resuming normal operations" if may else refused)
    link = place.path / "sticky/link"
    link.symlink_to(place.path / "plain")
    os.lchown(link, pwd.getpwnam("games").pw_uid, 0)
    is_followed = Path("/proc/sys/fs/protected_symlinks").read_text().strip() == "0"
    wanted = f"the link {link} is not root's: name a socket= in" if is_followed else "can't be made: Permission denied"
    return problems + problems_with_socket(place, lines, "sticky/link", wanted)


def problems_with_socket(place: Place, lines: str, name: str, wanted: str) -> list[str]:
    """Return what the log of an httpd with a socket below this directory lacks."""
    with place.served(lines + SOCKET.replace("{open}", name)):
        return place.problems_of_log(wanted)
