"""An application that wants httpd's signals for itself."""

from __future__ import annotations

import os
import signal

import pyhook


def take() -> None:
    for number in signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGWINCH, signal.SIGPIPE:
        signal.signal(number, lambda *_: None)
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)


take()


def again(req: pyhook.Request) -> str:
    take()
    return f"{os.getpid()}\n"


def alarm(req: pyhook.Request) -> str:
    rang: list[str] = []
    try:
        signal.signal(signal.SIGALRM, lambda *_: rang.append("alarm"))
    except ValueError as error:
        return f"{error}\n"
    signal.raise_signal(signal.SIGALRM)
    return f"{rang}\n"
