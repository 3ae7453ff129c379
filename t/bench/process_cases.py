"""The cases of worker processes: one WSGI application in a process of its own, behind each server that can do that.

mod_wsgi's daemon and mod_pyhook's process have one process with 25 threads; so have gunicorn and uWSGI, which
PyHookProcesses runs behind httpd's proxy, with kept connections, and the second httpd, which has mod_pyhook in its child.
"""

from __future__ import annotations

from case import HELLO, TEXT, Case

PROXY = "ProxyPass / {} enablereuse=on retry=0\n"
SLOW = "/slow"


def in_processes(name: str) -> dict[str, str]:
    """One application of bench_wsgi.py behind everything."""
    alias = f"PyHookWSGIAlias / bench_wsgi:{name}\n"
    return {
        "mod_wsgi daemon": f"WSGIScriptAlias / @apps@/bench_wsgi.py\nWSGICallableObject {name}\n",
        "mod_pyhook:processes": "PyHookProcesses bench threads=25\nPyHookRunIn bench\n" + alias,
        "mod_pyhook:in the child": alias,
        "gunicorn": f'PyHookProcesses gunicorn command="gunicorn --threads 25 --keep-alive 60 bench_wsgi:{name}" '
        "directory=@apps@\n" + PROXY.format("unix:@run@/pyhook-gunicorn.sock|http://gunicorn/"),
        "uWSGI": 'PyHookProcesses uwsgi command="uwsgi-core --plugin python3 --protocol uwsgi --threads 25 --disable-logging '
        f'--module bench_wsgi:{name}" directory=@apps@\n' + PROXY.format("unix:@run@/pyhook-uwsgi.sock|uwsgi://uwsgi/"),
        "second httpd": 'PyHookProcesses second command="/usr/sbin/apache2 -f @apps@/second.conf -DFOREGROUND" '
        f"setenv=PLACE=@run@ setenv=STAGE=@stage@ setenv=MODULES=@libexec@ "
        f"setenv=PORT=@second@ setenv=APPLICATION=bench_wsgi:{name}\n"
        + PROXY.format("http://127.0.0.1:@second@/"),
    }


PROCESS_CASES = [
    Case("processes-hello", "a WSGI application in a process of its own that answers 12 bytes", in_processes("hello")),
    Case("processes-down", "one that answers 1 MB", in_processes("large"), TEXT * 16384),
    Case("processes-up", "one that reads 1 MB", in_processes("post"), b"1048576", body=TEXT * 16384),
    Case(
        "processes-mix",
        "one that answers 12 bytes, while four clients ask for pages that take 2 ms of Python and wait for 20 ms",
        in_processes("mix"),
        HELLO,
        beside=SLOW,
    ),
    Case(
        "processes-unused",
        "a static file of 11 bytes, where processes run the only application",
        {
            "httpd": "",
            "mod_pyhook:processes": "PyHookProcesses bench threads=25\nPyHookRunIn bench\nPyHookWSGIAlias /app bench_wsgi:hello\n",
            "mod_pyhook:in the child": "PyHookWSGIAlias /app bench_wsgi:hello\n",
        },
        b"small file\n",
        "/small.txt",
    ),
]
