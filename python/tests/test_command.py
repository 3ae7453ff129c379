"""The command `pyhook`: its command line, what it finds out about a target, the configuration that it writes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from pyhook.command import serving, targets
from pyhook.command.configuration import Mount, Site, configuration
from pyhook.command.failure import Failure
from pyhook.command.httpd import Httpd
from pyhook.command.httpd_lines import lines_of, quoted
from pyhook.command.main import main, parser
from pyhook.command.targets import Kind, Target

HTTPD = Httpd("httpd", Path("/modules"), Path("/modules/mod_pyhook.so"), frozenset({"mod_unixd"}))


def wsgi(environ: Any, start_response: Any) -> list[bytes]:
    return []


async def asgi(scope: Any, receive: Any, send: Any) -> None: ...


def handler(req: Any, greeting: str = "hello") -> str:
    return greeting


async def coroutine(req: Any) -> str:
    return ""


class Framework:
    def __call__(self, environ: Any, start_response: Any) -> list[bytes]:
        return []


class AsyncFramework:
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...


class Views:
    def view(self, req: Any) -> str:
        return ""


@pytest.mark.parametrize(
    ("served", "kind"),
    [
        (wsgi, Kind.WSGI),
        (asgi, Kind.ASGI),
        (handler, Kind.HANDLER),
        (coroutine, Kind.HANDLER),
        (Framework(), Kind.WSGI),
        (AsyncFramework(), Kind.ASGI),
        (Views().view, Kind.HANDLER),
        (Framework, None),
        (lambda: None, None),
        (17, None),
    ],
)
def test_a_target_shows_its_kind(served: object, kind: Kind | None) -> None:
    assert targets.kind_of(served) is kind


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "command_shop.py").write_text(
        "print('imported')\n"
        "def app(environ, start_response): return []\n"
        "def make(): return app\n"
        "def greet(req): return 'hello'\n"
        "anything = dict\n"
        "def filtered(f):\n    chunk = yield\n"
    )
    (tmp_path / "shop.wsgi").write_text("def application(environ, start_response): return []\n")
    (tmp_path / "command_nothing.py").write_text("def greet(req): return 'hello'\n")
    (tmp_path / "command_broken.py").write_text("import no_such_module\n")
    return tmp_path


def found(shop: Path, word: str, kind: Kind | None = None) -> Target:
    return targets.find(word, sys.executable, [str(shop)], kind)


def test_targets_are_found_as_the_server_will(shop: Path) -> None:
    assert found(shop, "command_shop") == Target("command_shop:app", Kind.WSGI)
    assert found(shop, "command_shop:make()") == Target("command_shop:make()", Kind.WSGI)
    assert found(shop, "command_shop:greet") == Target("command_shop:greet", Kind.HANDLER)
    assert found(shop, str(shop / "shop.wsgi")) == Target(f"{shop}/shop.wsgi:application", Kind.WSGI)
    assert found(shop, str(shop)) == Target(str(shop), Kind.FILES)
    assert found(shop, "command_shop:anything", Kind.HANDLER) == Target("command_shop:anything", Kind.HANDLER)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("command_shop:missing", "command_shop.py has no 'missing', but app, make, greet"),
        ("command_shop:anything", "say --kind"),
        ("command_shop:make", r"write 'command_shop:make\(\)'"),
        ("command_shop:filtered", "seems to be a filter"),
        ("command_nothing", "has neither application nor app but greet: .* as in command_nothing:greet"),
        ("command_shop.py", "without .py: write command_shop$"),
        ("no_such_module_at_all", "there is no module 'no_such_module_at_all' in .*--path"),
        ("no/such/directory/", "there is no file or directory no/such/directory/"),
        ("missing.wsgi", "there is no file or directory missing.wsgi"),
    ],
)
def test_what_can_not_be_served_is_named(shop: Path, capfd: pytest.CaptureFixture[str], word: str, said: str) -> None:
    with pytest.raises(Failure, match=said):
        found(shop, word)
    assert "Traceback" not in capfd.readouterr().err


def test_a_broken_module_shows_its_traceback(shop: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Failure, match="can't be served"):
        found(shop, "command_broken")
    assert "Traceback" in capfd.readouterr().err


def lines(*mounts: Mount, modules: bool = True, **more: Any) -> list[str]:
    return configuration(Site(Path("/run/site"), mounts, **more), _AllModules() if modules else HTTPD).splitlines()


class _AllModules(Httpd):
    def __init__(self) -> None:
        super().__init__(HTTPD.program, HTTPD.modules, HTTPD.pyhook, HTTPD.compiled_in)

    def _file(self, name: str) -> Path:
        return self.modules / f"mod_{name}.so"


def test_longer_paths_come_first_and_their_sections_last() -> None:
    written = lines(
        Mount("/", Target("shop:app", Kind.WSGI)),
        Mount("/admin", Target("shop:greet", Kind.HANDLER)),
        Mount("/static", Target("/srv/static", Kind.FILES)),
    )
    order = [line for line in written if line.startswith(("PyHookWSGIAlias", "Alias", "<Location", "    PyHookHandler"))]
    assert order == [
        'Alias "/static" "/srv/static"',
        'PyHookWSGIAlias "/" "shop:app" preload',
        '<Location "/">',
        "    PyHookHandler none",
        '<Location "/admin">',
        "    PyHookHandler shop:greet",
        '<Location "/static">',
        "    PyHookHandler none",
    ]


def test_every_option_has_its_directive() -> None:
    app = Mount("/", Target("shop:app", Kind.ASGI))
    written = lines(app, port=443, host="::1", processes=2, threads=5, tls=("/c.pem", "/k.pem"), http2=True, reload=True,
                    debug=True, access_log=True, proxy_headers=True, user="www", home="/srv/venv", path=["/srv/a b"])  # fmt: skip
    for expected in (
        "Listen [::1]:443 https",
        "Protocols h2 http/1.1",
        'SSLCertificateFile "/c.pem"',
        'SSLCertificateKeyFile "/k.pem"',
        "ServerLimit 6",
        "ThreadsPerChild 5",
        "MaxRequestWorkers 10",
        "User www",
        "Group www",
        'PyHookHome "/srv/venv"',
        'PyHookPath "/srv/a b"',
        "PyHookReload On",
        "PyHookDebug On",
        "RemoteIPHeader X-Forwarded-For",
        'PyHookASGIAlias "/" "shop:app" preload',
    ):
        assert expected in written


def test_a_module_that_httpd_lacks_is_named() -> None:
    with pytest.raises(Failure, match=r"mod_mpm_event\.so is not in /modules"):
        lines(modules=False)


def test_words_are_quoted_as_httpd_reads_them() -> None:
    assert quoted('/srv/a "b"\\c') == '"/srv/a \\"b\\"\\\\c"'
    assert next(lines_of("Alias " + quoted('/srv/a "b"\\c'))).words == ['/srv/a "b"\\c']


def test_a_busy_server_is_no_error_while_a_thread_is_free() -> None:
    """httpd logs an error when fewer than MinSpareThreads are free, and no more children may come."""
    made = dict(line.split(" ", 1) for line in lines(processes=2, threads=3) if line.count(" ") == 1)
    assert (made["StartServers"], made["MaxRequestWorkers"], made["MinSpareThreads"]) == ("2", "6", "1")


def test_a_port_of_root_is_refused_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("socket.socket.bind", refuse)
    with pytest.raises(Failure, match="port 80 of 127.0.0.1 can't be used: only root may use ports below 1024. Choose another"):
        serving._check_port(Site(Path("/run/site"), [], port=80))


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1"])
def test_an_address_of_nobody_is_no_matter_of_the_port(host: str) -> None:
    with pytest.raises(Failure, match=f"--host {host} is no address"):
        serving._check_port(Site(Path("/run/site"), [], host=host, port=8000))


def test_a_failure_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", ".", "--httpd", "/no/such/httpd", "--modules", "/", "--module", "/"]) == 1
    assert capsys.readouterr().err.startswith("pyhook: /no/such/httpd can't be run: ")
