"""Processes below chroot=: what they can reach there with each kind of application, and which directories are refused."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from server import Place, differences
from users import PROGRAM, groups_of, problems_of_socket

PYTHON = "/usr/bin/python3"

APPLICATION = '''
import os
import stat


def is_directory(descriptor):
    try:
        return stat.S_ISDIR(os.fstat(descriptor).st_mode)
    except OSError:
        return False


def ways_out():
    """Yield what lets the process see more than its root."""
    for leave in (os.chroot, os.setuid, os.setgid, os.seteuid):
        try:
            leave("." if leave is os.chroot else 0)
            yield leave.__name__
        except OSError:
            pass
    yield from (f"descriptor {number}" for number in range(1024) if is_directory(number))
    os.chdir("/" + "../" * 20)
    if sorted(os.listdir()) != sorted(os.listdir("/")):
        yield "cwd"


def application(environ, start_response):
    begin = os.getcwd()
    start_response("200 OK", [("Content-Type", "text/plain")])
    words = [os.getpid(), begin, sorted(os.listdir("/")), os.getresuid(), os.getresgid(), sorted(os.getgroups()), list(ways_out())]
    os.chdir(begin)
    return ["\\n".join(map(str, words)).encode()]


def handler(req):
    return f"{req.method} from {sorted(os.listdir('/'))}"


async def asynchronous(scope, receive, send):
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": f"{scope['method']} from {sorted(os.listdir('/'))}".encode()})
'''

GROUP = """
PyHookWSGIAlias /jail-{user} jailed:application
PyHookProcesses jail-{user} user={user} directory=/app path=/link python=/usr/bin/python3 chroot={place}/jail
PyHookASGIAlias /jail-{user}-asgi jailed:asynchronous
<LocationMatch "^/jail-{user}">
    PyHookRunIn jail-{user}
</LocationMatch>
<Location /jail-{user}-handler>
    PyHookHandler jailed:handler
</Location>
"""
OTHERS = """
PyHookProcesses jailed command="/usr/bin/python3 /app/program.py" chroot={place}/jail user=games
PyHookProcesses broken python=/app/broken chroot={place}/jail
"""
BROKEN = "/app/broken, or the interpreter or loader that it needs, is not below chroot={place}/jail: put it there"

REFUSED = {
    "chroot={place}/nowhere": "the directory of chroot={place}/nowhere is not there: make it, and put into it what the processes need",
    "chroot={place}/pid.txt": "chroot={place}/pid.txt is no directory: name one that has all that the processes need",
    "chroot={place}/open": "chroot={place}/open: others than root may write to {place}/open: name a directory that only root can change",
    "chroot={place}/open/jail": "others than root may write to {place}/open: name a directory",
    "chroot={place}/theirs": "others than root may write to {place}/theirs: name a directory",
    "chroot={place}/link": "others than root may write to {place}/theirs: name a directory",
    "chroot={place}/jail": "chroot= needs the Python that is below {place}/jail: name it by its path there, as in python=",
    "chroot={place}/jail python={place}/pid.txt": "is no program below chroot={place}/jail: name a Python",
    "python=/usr/bin/env chroot={place}/jail": "python=/usr/bin/env is no program below chroot={place}/jail: name a Python",
    "chroot={place}/jail home=/srv": "home=/srv has no bin/python below chroot={place}/jail: name the top of a virtual environment",
    "chroot={place}/jail directory=/home": "there is no directory '/home' below chroot={place}/jail: name one by its path there",
    "chroot={place}/jail path=app": "there is no directory 'app' below chroot={place}/jail: name one by its path there",
    "chroot={place}/jail touch=/etc/passwd": "touch=/etc/passwd is no file in a directory that is there",
    "chroot={place}/jail command=/usr/bin/env": "command=/usr/bin/env is no program: name one",
    "chroot={place}/jail command=env": "command= names the program 'env', which is nowhere on the PATH",
    "chroot={place}/empty python=/python3": "the package pyhook of mod_pyhook is not below chroot={place}/empty: copy {place}/module/python/pyhook to the same path there",
    "chroot={place}/jail python=/usr/bin/python3 memory=100M": "memory= needs /proc, which is not below chroot={place}/jail: mount it there, or leave one of the two away",
}


def problems(place: Place) -> list[str]:
    """Return what is wrong."""
    jail = place.path / "jail"
    fill(jail, place.package)
    place.write("jail/app/jailed.py", APPLICATION)
    place.write("jail/app/program.py", PROGRAM)
    place.write("jail/app/broken", "#!/nowhere\n", 0o755)
    (jail / "link").symlink_to("/app")  # only there
    users = ("daemon", "games")
    with place.served("".join(GROUP.replace("{user}", user) for user in users) + OTHERS):
        found = [problem for user in users for problem in problems_of(place, jail, user)]
        found += problems_of_socket(place.path / "pyhook-jailed.sock", "games")
        found += place.problems_of_log(BROKEN.format(place=place.path))
    return found + problems_of_refusals(place)


def fill(jail: Path, package: Path) -> None:
    """Copy the Python of the distribution, its libraries, and the package of mod_pyhook to where it is outside."""
    libraries = Path(sysconfig.get_path("stdlib"))
    needed = re.findall(r"(/\S+) \(0x", subprocess.check_output(["ldd", sys.executable], text=True))
    for file in (sys.executable, *needed):
        copy = jail / file[1:]
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy)
    (jail / PYTHON[1:]).unlink(missing_ok=True)
    shutil.copy(sys.executable, jail / PYTHON[1:])
    unused = shutil.ignore_patterns("test", "tests", "__pycache__", "idlelib", "config-*", "ensurepip", "lib2to3", "dist-packages")
    shutil.copytree(libraries, jail / libraries.relative_to("/"), ignore=unused)
    shutil.copytree(package, jail / package.relative_to("/"))


def problems_of(place: Place, jail: Path, user: str) -> list[str]:
    """Return what is wrong with the process of this user: what it says, and what the kernel says of it."""
    known = pwd.getpwnam(user)
    pid, *said = place.answer(f"jail-{user}").split("\n")
    ids = str((known.pw_uid,) * 3), str((known.pw_gid,) * 3)
    wanted = ["/app", str(sorted(os.listdir(jail))), *ids, str(groups_of(user)), "[]"]
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    kernel = [status[key].strip() for key in ("CapInh", "CapPrm", "CapEff", "CapAmb", "NoNewPrivs")]
    kernel += [os.readlink(f"/proc/{pid}/{name}") for name in ("root", "cwd")]
    others = [place.answer(f"jail-{user}-{kind}") for kind in ("handler", "asgi")]
    wanted += [*["0" * 16] * 4, "1", str(jail), f"{jail}/app", *[f"GET from {sorted(os.listdir(jail))}"] * 2]
    return differences(f"jail-{user}", said + kernel + others, wanted)


def problems_of_refusals(place: Place) -> list[str]:
    """Return what is wrong with what httpd -t says."""
    place.write("pid.txt", "")
    place.write("empty/python3", "", 0o755)
    for name, mode, owner in (("open", 0o777, 0), ("open/jail", 0o755, 0), ("theirs", 0o755, pwd.getpwnam("games").pw_uid)):
        (place.path / name).mkdir()
        (place.path / name).chmod(mode)
        os.chown(place.path / name, owner, 0)
    (place.path / "theirs/hop").symlink_to(place.path / "jail")
    (place.path / "link").symlink_to(place.path / "theirs/hop")
    found = []
    line = "PyHookProcesses shop "
    for words, sentence in REFUSED.items():
        wanted = sentence.format(place=place.path)
        if wanted not in (said := place.refusal(line + words + "\n")):
            found.append(f"{words}: {said!r} instead of {wanted!r}")
    wanted = "only an httpd that root starts can put processes into a chroot: leave chroot= away"
    if wanted not in (said := place.refusal(line + "chroot={place}/jail\n", user="www-data")):
        found.append(f"as www-data: {said!r}")
    return found
