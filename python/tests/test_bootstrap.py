"""Each case in an interpreter of its own, as in httpd: the bridge waits for the first import of `logging`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PYTHON = Path(__file__).parents[1]
NATIVE = """
import sys, types
native = types.ModuleType("_pyhook")
native.phases = ()
native.shared = {}
for name in ("Connection Filter Headers Request Server SharedDict Worker current_request environ exists_define is_stopping main_server "
             "mpm_name mpm_query server_description server_root").split():
    setattr(native, name, None)
native.interpreter_name = lambda: INTERPRETER
native.is_logged = lambda level: True
native._ask = lambda name, record: None
native._most_talkative_level = lambda: "debug"
native._when_call_ends = lambda function: False
native._change_metric = lambda key, family, amount, replaces: None
native._define_metric = lambda family, documentation: None
native.log = lambda message, level: sys.__stdout__.write(f"{level}|{message}\\n")
sys.modules["_pyhook"] = native
"""
START = "import pyhook.bootstrap\npyhook.bootstrap.start()\n"


def lines(code: str, interpreter: str = "main") -> list[str]:
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"INTERPRETER = {interpreter!r}\n" + NATIVE + code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PYTHON), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_logging_is_not_imported_by_the_start() -> None:
    assert lines(START + "print('logging' in sys.modules)") == ["notice|False"]


def test_the_first_import_installs_the_handler() -> None:
    assert lines(START + "import logging\nlogging.info('hello')") == ["info|root: hello"]


def test_importing_a_submodule_first_does_too() -> None:
    assert lines(START + "import logging.handlers\nlogging.debug('hello')") == ["debug|root: hello"]


def test_a_logging_imported_before_is_bridged_at_once() -> None:
    assert lines("import logging\n" + START + "logging.debug('hello')") == ["debug|root: hello"]


def test_the_module_shows_no_trace_of_the_finder() -> None:
    assert lines(
        START
        + "import logging, inspect, importlib.machinery\n"
        + "assert type(logging.__loader__) is type(logging.__spec__.loader) is importlib.machinery.SourceFileLoader\n"
        + "print(inspect.getsource(logging.info).splitlines()[0])\n"
    ) == ["notice|def info(msg, *args, **kwargs):"]


def test_a_reload_is_bridged_again() -> None:
    assert lines(
        START + "import logging, importlib\nimportlib.reload(logging)\nlogging.info('again')\n"
    ) == ["info|root: again"]


def test_basic_config_does_what_it_does_elsewhere() -> None:
    assert lines(
        START
        + "import logging\nlogging.basicConfig(level=logging.INFO)\n"
        + "logging.info('once')\nlogging.debug('never')"
    ) == ["info|root: once"]


def test_what_is_unfinished_at_the_end_of_the_interpreter_is_logged() -> None:
    assert lines(
        START
        + "import threading\n"
        + "written, over = threading.Event(), threading.Event()\n"
        + "def work():\n    print('other', end='')\n    written.set()\n    over.wait()\n"
        + "threading.Thread(target=work, daemon=True).start()\n"
        + "written.wait()\n"
        + "import atexit\natexit.register(print, 'last', end='')\n"
        + "print('first', end=' ')\n"
    ) in (["notice|first last", "notice|other"], ["notice|other", "notice|first last"])


def test_a_second_start_changes_nothing() -> None:
    assert lines(
        START + "out = sys.stdout\n" + START + "import logging\nlogging.info('once')\nassert sys.stdout is out"
    ) == ["info|root: once"]


def test_threads_that_import_at_once_get_one_handler() -> None:
    assert lines(
        START
        + "import threading\n"
        + "def work():\n    import logging\n    import colorsys, json, csv\n"
        + "threads = [threading.Thread(target=work) for _ in range(8)]\n"
        + "[t.start() for t in threads]; [t.join() for t in threads]\n"
        + "import logging\nprint(len(logging.getLogger().handlers), len(logging.getLogger().parent.handlers))\n"
    ) == ["notice|0 1"]


def test_standard_error_and_warnings_reach_the_log() -> None:
    found = lines(START + "import warnings\nprint('bad', file=sys.stderr)\nwarnings.warn('old', UserWarning)")
    assert found[0] == "error|bad"
    assert any("UserWarning: old" in line for line in found)


def test_an_uncaught_exception_in_a_thread_reaches_the_log() -> None:
    found = lines(
        START
        + "import threading\n"
        + "def work(): 1 / 0\n"
        + "thread = threading.Thread(target=work)\nthread.start(); thread.join()\n"
    )
    assert found[0].startswith("error|Exception in thread")
    assert "ZeroDivisionError: division by zero" in found[-1]


HTTPD = "import signal\nbefore = signal.getsignal(signal.SIGTERM)\n"


def test_a_handler_for_a_signal_of_httpds_changes_nothing_but_is_logged() -> None:
    for early in ("", "import signal\n"):
        found = lines(
            early
            + START
            + HTTPD
            + "assert signal.signal(signal.SIGTERM, print) is before\n"
            + "assert signal.getsignal(signal.SIGTERM) is before\n"
        )
        assert len(found) == 1
        assert found[0].startswith("warn|signal of SIGTERM at <string>:")
        assert found[0].endswith("changes nothing: the signal is httpd's")


def test_no_other_way_to_set_one_is_open() -> None:
    found = lines(
        START
        + HTTPD
        + "import asyncio, faulthandler\n"
        + "signal.siginterrupt(signal.SIGHUP, False)\n"
        + "faulthandler.register(signal.SIGUSR1, file=sys.__stdout__)\n"
        + "async def wait(): asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, print)\n"
        + "asyncio.run(wait())\n"
        + "assert signal.getsignal(signal.SIGTERM) is before\n"
    )
    whats = {line.partition(" at <string>:")[0] for line in found}
    assert {"warn|siginterrupt of SIGHUP", "warn|register of SIGUSR1", "warn|signal of SIGTERM"} <= whats


def test_other_signals_are_pythons() -> None:
    assert lines(
        START
        + "import os, signal\n"
        + "assert signal.signal(signal.SIGALRM, lambda *_: print('alarm')) == signal.SIG_DFL\n"
        + "os.kill(os.getpid(), signal.SIGALRM)\n"
    ) == ["notice|alarm"]


def test_a_process_that_python_forks_has_its_own_signals() -> None:
    assert lines(
        START
        + "import os, signal\n"
        + "if (child := os.fork()) == 0:\n"
        + "    signal.signal(signal.SIGTERM, print)\n"
        + "    os._exit(signal.getsignal(signal.SIGTERM) is not print)\n"
        + "print(os.waitpid(child, 0)[1])\n"
    ) == ["notice|0"]


def test_a_named_interpreter_does_not_fork() -> None:
    forks = "import os\nfor fork in os.fork, os.forkpty:\n    try: fork()\n    except RuntimeError as error: print(error)\n"
    assert lines(START + forks, "shop") == 2 * [
        "notice|fork is not supported in a named interpreter: use subprocess, or PyHookRunIn main"
    ]
