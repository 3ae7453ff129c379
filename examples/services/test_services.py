"""The chat as a program, with its console, and clients on its socket."""

from __future__ import annotations

import ast
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROGRAM = Path(os.environ["PYHOOK_BUILD"], "examples/services/services")

BOUND = 30
"""Seconds within which whatever is waited for has come on the slowest machine."""


class Client:
    def __init__(self, path: Path, nick: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(BOUND)
        self.socket.connect(str(path))
        self.lines = self.socket.makefile("rb")
        self.say(f"NICK {nick}")
        assert self.read() == f"WELCOME {nick}"

    def say(self, line: str) -> None:
        self.socket.sendall(line.encode() + b"\n")

    def read(self) -> str:
        return self.lines.readline().decode("utf-8", "surrogateescape").rstrip("\n")

    def ask(self, nick: str, text: str) -> str:
        """What the nick answers."""
        self.say(f"PRIVMSG {nick} :{text}")
        return self.read()

    def close(self) -> None:
        self.lines.close()
        self.socket.close()


class Chat:
    """The program, its standard input and output, and the folder of its plug-ins."""

    def __init__(self, folder: Path) -> None:
        self.plugins = folder / "plugins"
        shutil.copytree(HERE / "plugins", self.plugins)
        self.socket = folder / "socket"
        self.log = folder / "log"
        self.clients: list[Client] = []
        with self.log.open("ab") as log:
            self.program = subprocess.Popen(
                [PROGRAM, self.plugins, self.socket],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.read() == "serving"

    def read(self) -> str:
        assert self.program.stdout is not None
        return self.program.stdout.readline().rstrip("\n")

    def order(self, line: str) -> str:
        assert self.program.stdin is not None
        self.program.stdin.write(line + "\n")
        self.program.stdin.flush()
        return self.read()

    def client(self, nick: str) -> Client:
        self.clients.append(Client(self.socket, nick))
        return self.clients[-1]

    def write(self, name: str, source: str) -> None:
        (self.plugins / f"{name}.py").write_text("import Olimpo\n" + source)

    def logged(self, text: str) -> bool:
        """Does the log get this? It is waited for."""
        end = time.monotonic() + BOUND
        while time.monotonic() < end:
            if text in self.log.read_text():
                return True
            time.sleep(0.01)
        return False

    def close(self) -> int:
        for client in self.clients:
            client.close()
        assert self.program.stdin is not None and self.program.stdout is not None
        self.program.stdin.close()
        status = self.program.wait(BOUND)
        self.program.stdout.close()
        return status


@contextmanager
def running(folder: Path) -> Iterator[Chat]:
    chat = Chat(folder)
    try:
        yield chat
    finally:
        status = chat.close()
    assert status == 0


@pytest.fixture
def chat(tmp_path: Path) -> Iterator[Chat]:
    with running(tmp_path) as chat:
        yield chat


def nick(name: str, body: str, flags: str = "+ok") -> str:
    """A plug-in with one nick; `body` is what the callback does."""
    return (
        f"def inicio():\n    Olimpo.comentario_modulo('{name}')\n    Olimpo.nuevo_nick('{name}', '{flags}', called)\n"
        f"def called(handle, remitente, mensaje):\n    {body}\n"
    )


def test_clients_talk_to_each_other(chat: Chat) -> None:
    ana, bob = chat.client("ana"), chat.client("bob")
    ana.say("PRIVMSG bob :hola")
    assert bob.read() == ":ana PRIVMSG bob :hola"
    ana.say("PRIVMSG nobody :hola")
    assert ana.read() == "ERROR :nobody has this nick"


def test_a_plugin_registers_a_nick_and_is_called(chat: Chat) -> None:
    assert chat.order("load echo") == "echo was loaded: says again what was said"
    ana = chat.client("ana")
    assert ana.ask("echo", "¿qué tal?") == ":echo PRIVMSG ana :¿qué tal?"
    assert chat.order("list") == "echo: says again what was said; "


def test_the_callback_gets_handle_sender_and_message(chat: Chat) -> None:
    answer = "f'{Olimpo.nick(handle)} {Olimpo.nick(remitente)} {mensaje!r}'"
    chat.write("three", nick("three", f"Olimpo.envia_nick(handle, remitente, {answer})"))
    chat.order("load three")
    assert chat.client("ana").ask("three", "x") == ":three PRIVMSG ana :three ana 'x'"


def test_bytes_that_are_no_text_come_back_as_they_were(chat: Chat) -> None:
    chat.order("load echo")
    ana = chat.client("ana")
    ana.socket.sendall(b"PRIVMSG echo :\xff\xfe\xe1\n")
    assert ana.lines.readline() == b":echo PRIVMSG ana :\xff\xfe\xe1\n"


def test_one_plugin_is_reloaded_and_the_others_go_on(chat: Chat) -> None:
    chat.order("load echo")
    chat.order("load memory")
    ana = chat.client("ana")
    assert ana.ask("remember", "one") == ":remember PRIVMSG ana :1 remembered"
    chat.write("echo", nick("echo", "Olimpo.envia_nick(handle, remitente, mensaje.upper())"))
    assert chat.order("reload echo") == "echo was reloaded: echo"
    assert ana.ask("echo", "hola") == ":echo PRIVMSG ana :HOLA"
    assert ana.ask("remember", "two") == ":remember PRIVMSG ana :2 remembered"


def test_a_nick_keeps_its_handle_when_its_plugin_is_reloaded(chat: Chat) -> None:
    chat.write("number", nick("number", "Olimpo.envia_nick(handle, remitente, f'{handle}')"))
    chat.order("load number")
    ana = chat.client("ana")
    before = ana.ask("number", "?")
    chat.order("reload number")
    assert ana.ask("number", "?") == before


def test_a_reload_that_fails_leaves_the_plugin_as_it_was(chat: Chat) -> None:
    chat.order("load memory")
    ana = chat.client("ana")
    ana.ask("remember", "one")
    for broken in ("1 +\n", "def inicio():\n    Olimpo.nuevo_nick('recall', '', print)\n    1 / 0\n", "x = 1\n"):
        chat.write("memory", broken)
        assert chat.order("reload memory") == "memory was not reloaded, and goes on as it was"
    assert ana.ask("remember", "two") == ":remember PRIVMSG ana :2 remembered"
    assert ana.ask("recall", "") == ":recall PRIVMSG ana :ana said one"


def test_a_plugin_of_several_files_is_read_again_whole(chat: Chat) -> None:
    package = chat.plugins / "many"
    package.mkdir()
    says = nick("many", "Olimpo.envia_nick(handle, remitente, WORD)")
    (package / "__init__.py").write_text("import Olimpo\nfrom many.words import WORD\n" + says)
    (package / "words.py").write_text("WORD = 'first'\n")
    chat.order("load many")
    ana = chat.client("ana")
    assert ana.ask("many", "") == ":many PRIVMSG ana :first"
    (package / "words.py").write_text("WORD = 'then'\n")
    chat.order("reload many")
    assert ana.ask("many", "") == ":many PRIVMSG ana :then"


def test_what_is_unloaded_or_replaced_is_gone(chat: Chat) -> None:
    source = "class Held:\n    def __del__(self): print('gone', flush=True)\nheld = Held()\n"
    chat.write("held", source + nick("held", "held"))
    chat.order("load held")
    assert chat.order("reload held") == "gone"
    assert chat.read() == "held was reloaded: held"
    assert chat.order("unload held") == "gone"
    assert chat.read() == "held was unloaded"
    assert chat.client("ana").ask("held", "") == "ERROR :nobody has this nick"
    assert chat.order("unload held") == "held is not loaded"
    assert chat.order("list") == ""


def test_fin_is_called_before_a_plugin_goes(chat: Chat) -> None:
    chat.order("load memory")
    assert chat.order("unload memory") == "0 lines are forgotten"


CALLBACK_FAILURES = {
    "raises": "1 / 0",
    "exits": "import sys; sys.exit(3)",
    "interrupts": "raise KeyboardInterrupt",
    "recurses": "called(handle, remitente, mensaje)",
    "has no memory": "raise MemoryError",
    "can't be shown": "raise type('E', (Exception,), {'__str__': lambda self: 1 / 0})",
    "is no exception of Python's": "raise BaseException('odd')",
    "says two lines": "Olimpo.envia_nick(handle, remitente, 'one\\ntwo')",
    "says no text": "Olimpo.envia_nick(handle, remitente, b'bytes')",
    "says it to nobody": "Olimpo.envia_nick(handle, 10**6, 'x')",
    "says it with a number that is none": "Olimpo.envia_nick(handle, 10**30, 'x')",
    "says it to itself": "Olimpo.envia_nick(handle, handle, 'x')",
    "misses an argument": "Olimpo.envia_nick(handle)",
}


def test_a_callback_that_fails_is_reported_and_the_chat_lives(chat: Chat) -> None:
    chat.order("load echo")
    ana = chat.client("ana")
    for number, (about, body) in enumerate(CALLBACK_FAILURES.items()):
        chat.write(f"bad{number}", nick(f"bad{number}", body))
        chat.order(f"load bad{number}")
        ana.say(f"PRIVMSG bad{number} :x")
        assert ana.ask("echo", about) == f":echo PRIVMSG ana :{about}"
        assert chat.logged(f"plug-in bad{number}: a callback failed\n    Traceback (most recent call last):"), about


START_FAILURES = {
    "nothing to start": "x = 1",
    "raises at import": "1 / 0",
    "exits at import": "raise SystemExit",
    "is no Python": "def def",
    "raises in inicio": "def inicio():\n    Olimpo.nuevo_nick('bad', '', print)\n    raise ValueError",
    "inicio is no function": "inicio = 5",
    "a callback that can't be called": "def inicio(): Olimpo.nuevo_nick('bad', '', 'print')",
    "a nick that is none": "def inicio(): Olimpo.nuevo_nick('a b', '', print)",
    "a nick that a client has": "def inicio(): Olimpo.nuevo_nick('ana', '', print)",
    "a nick that another plug-in has": "def inicio(): Olimpo.nuevo_nick('echo', '', print)",
    "a nick twice": "def inicio():\n    for _ in range(2): Olimpo.nuevo_nick('bad', '', print)",
    "a fin that can't be called": "def inicio(): Olimpo.especifica_fin(None)",
    "imports what is not there": "import nothing_of_this_name",
}


def test_of_a_plugin_that_can_not_start_nothing_is_left(chat: Chat) -> None:
    ana = chat.client("ana")
    chat.order("load echo")
    for about, source in START_FAILURES.items():
        chat.log.write_text("")
        chat.write("bad", source + "\n")
        assert chat.order("load bad") == "bad was not loaded", about
        assert chat.logged("plug-in bad: "), about
        assert ana.ask("bad", "x") == "ERROR :nobody has this nick", about
        assert ana.ask("echo", about) == f":echo PRIVMSG ana :{about}"
    chat.write("bad", nick("bad", "pass"))
    assert chat.order("load bad") == "bad was loaded: bad"


def test_a_wrong_callback_is_a_type_error(chat: Chat) -> None:
    for callback, kind in {"None": "NoneType", "'called'": "str", "5": "int", "[]": "list"}.items():
        chat.write("bad", f"def inicio(): Olimpo.nuevo_nick('bad', '', {callback})\n")
        chat.order("load bad")
        assert chat.logged(f"    TypeError: the callback is a {kind}, which can't be called")


def test_a_name_that_is_no_plugins_is_refused(chat: Chat) -> None:
    for name in ("sys", "Olimpo", "../echo", "", "1", "os.path", "echo echo", "no\0name"):
        assert "was loaded" not in chat.order(f"load {name}"), name
    assert chat.order("load echo") == "echo was loaded: says again what was said"


def test_a_plugin_that_wrecks_its_interpreter_harms_no_other_by_it(chat: Chat) -> None:
    source = "import sys\nsys.modules[5] = 5\nsys.modules['\\ud800'] = 5\nsys.stderr = sys.stdout = None\nsys.excepthook = 5\n"
    chat.write("bad", source + nick("bad", "1 / 0"))
    chat.order("load bad")
    assert chat.order("load echo") == "echo was loaded: says again what was said"
    ana = chat.client("ana")
    ana.say("PRIVMSG bad :x")
    assert ana.ask("echo", "x") == ":echo PRIVMSG ana :x"
    assert chat.order("unload bad") == "bad was unloaded"


def test_a_fin_that_fails_keeps_nothing_loaded(chat: Chat) -> None:
    source = "def fin(): raise SystemExit\ndef inicio(): Olimpo.especifica_fin(fin)\n"
    chat.write("bad", source)
    chat.order("load bad")
    assert chat.order("unload bad") == "bad was unloaded"
    assert chat.logged("plug-in bad: fin() failed")


def test_a_callback_that_does_not_come_back_keeps_only_its_own_client_waiting(chat: Chat, tmp_path: Path) -> None:
    flag = tmp_path / "go on"
    wait = f"\n    Olimpo.envia_nick(handle, remitente, 'begun')\n    while not os.path.exists({str(flag)!r}): pass"
    wait += "\n    Olimpo.envia_nick(handle, remitente, 'done')"
    chat.write("slow", "import os\n" + nick("slow", wait))
    chat.order("load slow")
    chat.order("load echo")
    ana, bob = chat.client("ana"), chat.client("bob")
    assert ana.ask("slow", "x") == ":slow PRIVMSG ana :begun"
    assert bob.ask("echo", "x") == ":echo PRIVMSG bob :x"
    chat.write("slow", nick("slow", "Olimpo.envia_nick(handle, remitente, 'new')"))
    assert chat.order("reload slow") == "slow was reloaded: slow"
    assert bob.ask("slow", "x") == ":slow PRIVMSG bob :new"
    flag.touch()
    assert ana.read() == ":slow PRIVMSG ana :done", "what was called before the reload comes to its end"


def test_what_has_ended_registers_no_nick(chat: Chat, tmp_path: Path) -> None:
    source = "class Held:\n    def __del__(self): Olimpo.nuevo_nick('ghost', '', print)\nheld = Held()\n"
    flag = tmp_path / "go on"
    wait = f"\n    Olimpo.envia_nick(handle, remitente, 'begun')\n    while not os.path.exists({str(flag)!r}): pass"
    wait += "\n    try: Olimpo.nuevo_nick('ghost', '', print)"
    wait += "\n    finally: Olimpo.envia_nick(remitente, remitente, 'done')"
    chat.write("ends", "import os\n" + source + nick("ends", wait))
    chat.order("load ends")
    ana, bob = chat.client("ana"), chat.client("bob")
    assert ana.ask("ends", "x") == ":ends PRIVMSG ana :begun"
    assert chat.order("unload ends") == "ends was unloaded"
    flag.touch()
    assert ana.read() == ":ana PRIVMSG ana :done"
    assert chat.logged("RuntimeError: the plug-in ends has ended")
    assert bob.ask("ghost", "x") == "ERROR :nobody has this nick"


def test_a_plugin_whose_objects_fork_as_they_go_leaves_no_second_program(chat: Chat) -> None:
    source = "import os\nclass Held:\n    def __del__(self):\n        if os.fork(): os.wait()\nheld = Held()\n"
    chat.write("forks", source + nick("forks", "pass"))
    chat.order("load forks")
    assert chat.order("unload forks") == "forks was unloaded"
    assert chat.program.stdin is not None and chat.program.stdout is not None
    chat.program.stdin.close()
    assert chat.program.stdout.read() == "", "and not the same line from a second program"


def test_a_process_that_a_plugin_forks_ends_with_the_callback(chat: Chat) -> None:
    body = "\n    if os.fork():\n        os.wait()\n        Olimpo.envia_nick(handle, remitente, 'it has ended')"
    chat.write("forks", "import os\n" + nick("forks", body))
    chat.order("load forks")
    assert chat.client("ana").ask("forks", "x") == ":forks PRIVMSG ana :it has ended"


def test_registering_from_a_thread_of_its_own_is_refused(chat: Chat) -> None:
    body = "\n    import threading\n    threading.Thread(target=Olimpo.nuevo_nick, args=('x', '', print)).start()"
    chat.write("threads", nick("threads", body))
    chat.order("load threads")
    chat.client("ana").say("PRIVMSG threads :x")
    assert chat.logged("RuntimeError: this is for inicio() and for callbacks")


def test_a_client_that_writes_nonsense_is_sent_away_alone(chat: Chat) -> None:
    chat.order("load echo")
    ana, bob = chat.client("ana"), chat.client("bob")
    bob.socket.sendall(b"x" * 100_000)
    with suppress(ConnectionResetError):
        assert bob.read() == ""
    ana.say("NICK other")
    assert ana.read() == "ERROR :you have a nick"
    ana.say("\0\xff")
    assert ana.read().startswith("ERROR")
    assert ana.ask("echo", "x") == ":echo PRIVMSG ana :x"


def test_a_client_that_does_not_read_is_sent_away(chat: Chat) -> None:
    chat.order("load echo")
    ana, bob = chat.client("ana"), chat.client("bob")
    line = b"PRIVMSG echo :" + b"x" * 4000 + b"\n"
    with pytest.raises(OSError):
        while True:
            bob.socket.sendall(line)
    assert ana.ask("echo", "x") == ":echo PRIVMSG ana :x"


def test_a_nick_is_free_again_when_its_client_has_left(chat: Chat) -> None:
    ana, bob = chat.client("ana"), chat.client("bob")
    ana.say("QUIT")
    assert ana.read() == ""
    assert bob.ask("ana", "x") == "ERROR :nobody has this nick"
    chat.client("ana")


def test_the_stub_names_what_the_module_has(chat: Chat) -> None:
    stub = ast.parse((HERE / "Olimpo.pyi").read_text())
    names = sorted(node.name for node in stub.body if isinstance(node, ast.FunctionDef))
    has = "print(','.join(sorted(n for n in dir(Olimpo) if n[0] != '_')), flush=True)\n"
    chat.write("names", has + nick("names", "pass"))
    assert chat.order("load names") == ",".join(names)
    assert chat.read() == "names was loaded: names"


def test_at_the_end_each_plugin_ends_and_exit_functions_run(tmp_path: Path) -> None:
    with running(tmp_path) as chat:
        chat.write("last", "import atexit\natexit.register(print, 'atexit', flush=True)\n" + nick("last", "pass"))
        chat.order("load memory")
        chat.order("load last")
        assert chat.program.stdin is not None and chat.program.stdout is not None
        chat.program.stdin.close()
        assert chat.program.stdout.read() == "0 lines are forgotten\natexit\n"
    assert not chat.socket.exists()


def test_many_clients_at_once_and_reloads_under_them(chat: Chat) -> None:
    chat.order("load echo")
    clients = [chat.client(f"c{number}") for number in range(20)]
    for round in range(20):
        for client in clients:
            client.say(f"PRIVMSG echo :{round}")
        assert chat.order("reload echo").startswith("echo was reloaded")
        assert {client.read() for client in clients} == {f":echo PRIVMSG c{n} :{round}" for n in range(20)}


def test_a_socket_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    words = [PROGRAM, tmp_path, tmp_path / "no" / "socket"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=BOUND)
    assert done.returncode == 1
    assert done.stderr.startswith("services: ")
