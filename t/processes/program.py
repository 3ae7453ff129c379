"""A program that is no Python worker: a small HTTP server on the socket that systemd, or PyHookProcesses, passes.

`program.py BROKEN [WORD…]`: if the file BROKEN is there, it ends at once.
"""

from __future__ import annotations

import os
import sys

if os.path.exists(sys.argv[1]):  # before the imports: on a busy machine their time could be more than ready-after=
    sys.exit("broken on purpose")

import json
import signal
import socket
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    daemon_threads = False  # what has been asked is answered before the end


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        name, *words = self.path.strip("/").split("/")
        body = getattr(self, f"get_{name or 'hello'}")(*words).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass

    def get_hello(self) -> str:
        return f"{os.getpid()}"

    def get_about(self) -> str:
        mask = os.umask(0)
        os.umask(mask)
        told = {key: value for key, value in os.environ.items() if key.startswith(("LISTEN_", "GREETING", "PATH", "VIRTUAL"))}
        return json.dumps({
            "words": sys.argv[2:],
            "environ": told,
            "is_told": told["LISTEN_PID"] == str(os.getpid()),
            "files": sorted(int(name) for name in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{name}")),
            "umask": oct(mask),
            "directory": os.getcwd(),
            "name": SOCKET.getsockname(),
        }, sort_keys=True)

    def get_print(self, count: str) -> str:
        sys.stderr.write("[forged] entry\r\x1b[1m\n\n\n" + "x" * 5000 + "\n" + "\n" * 10000)
        for number in range(int(count)):
            print(f"line {number}")
        print("the end", end="", flush=True)
        return "printed"

    def get_start(self) -> str:
        return str(subprocess.Popen(["sleep", "600"]).pid)

    def get_exit(self) -> str:
        os._exit(3)


SOCKET = socket.socket(fileno=3)
SERVER = Server(("", 0), Answer, bind_and_activate=False)
SERVER.socket.close()
SERVER.socket = SOCKET
# The main thread only waits: a signal's handler takes no lock that the server's thread may hold. A signal that another
# thread gets does not wake it.
try:
    threading.Thread(target=SERVER.serve_forever, args=(0.05,)).start()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(f"{os.getpid()} serves", flush=True)
    while True:
        time.sleep(0.05)
except KeyboardInterrupt:
    SERVER.shutdown()
    SERVER.server_close()
