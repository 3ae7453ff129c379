"""The configuration of the private httpd that `pyhook serve` runs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyhook.command.httpd import Httpd
from pyhook.command.httpd_lines import quoted
from pyhook.command.targets import Kind, Target

CONSOLE = "/pyhook"
LONGEST_SOCKET = 108
"""Bytes of a socket's path, with the NUL at its end (unix(7))."""
DIRECTIVES = {Kind.WSGI: "PyHookWSGIAlias", Kind.ASGI: "PyHookASGIAlias"}


@dataclass(frozen=True)
class Mount:
    """What is served below a URL path, which begins with a slash."""

    url: str
    target: Target


@dataclass(frozen=True)
class Site:
    """All that is said on the command line."""

    directory: Path
    """Of the server itself: its process id, its sockets, its configuration."""
    mounts: Sequence[Mount]
    host: str = "127.0.0.1"
    port: int = 8000
    processes: int = 1
    threads: int = 16
    user: str | None = None
    group: str | None = None
    home: str | None = None
    path: Sequence[str] = ()
    tls: tuple[str, str] | None = None
    http2: bool = False
    reload: bool = False
    debug: bool = False
    access_log: bool = False
    proxy_headers: bool = False
    console: bool = False
    include: Sequence[str] = ()
    root: Path | None = None
    """What relative paths are relative to, unless it is `directory`."""
    logs: Path | None = None
    """Where the logs are files; otherwise they go to the terminal."""

    @property
    def name(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.name}:{self.port}/"

    @property
    def may_look_inside(self) -> bool:
        """True unless a child's control socket would have a longer path than the system allows."""
        return len(os.fsencode(self.directory / "pyhook/4194304.socket")) < LONGEST_SOCKET


def configuration(site: Site, httpd: Httpd) -> str:
    return "\n".join([*_server(site, httpd), *_logs(site, httpd), *_python(site), *_content(site, httpd)]) + "\n"


def _server(site: Site, httpd: Httpd) -> Iterator[str]:
    workers = site.processes * site.threads
    yield f"ServerRoot {quoted(site.root or site.directory)}"
    yield f"DefaultRuntimeDir {quoted(site.directory)}"
    yield f"PidFile {quoted(site.directory / 'httpd.pid')}"
    yield f"ServerName {site.name}:{site.port}"
    yield f"Listen {site.name}:{site.port}{' https' if site.tls else ''}"
    if not any(name in httpd.compiled_in for name in ("event", "worker", "prefork")):
        yield from httpd.load("mpm_event")
    yield from httpd.load("unixd", "authz_core", "authz_host", "mime", "alias", "dir", "setenvif")
    yield f"LoadModule pyhook_module {quoted(httpd.pyhook)}"
    if site.user:
        yield f"User {site.user}"
        yield f"Group {site.group or site.user}"
    yield f"ServerLimit {2 * site.processes + 2}"  # while some end gracefully, others serve
    yield f"StartServers {site.processes}"
    yield f"ThreadsPerChild {site.threads}"
    yield f"ThreadLimit {site.threads}"
    yield "MinSpareThreads 1"  # all children are there from the start
    yield f"MaxSpareThreads {workers}"
    yield f"MaxRequestWorkers {workers}"
    yield "TypesConfig /etc/mime.types" if Path("/etc/mime.types").exists() else "TypesConfig /dev/null"
    yield "<Directory />\n    AllowOverride None\n    Require all denied\n</Directory>"
    yield from _tls(site, httpd)
    if site.http2:
        yield from httpd.load("http2")
        yield f"Protocols {'h2' if site.tls else 'h2c'} http/1.1"
    if site.proxy_headers:
        yield from httpd.load("remoteip")
        yield "RemoteIPHeader X-Forwarded-For"
        yield 'SetEnvIf X-Forwarded-Proto "^https$" HTTPS=on'


def _tls(site: Site, httpd: Httpd) -> Iterator[str]:
    if site.tls is None:
        return
    certificate, key = site.tls
    yield from httpd.load("socache_shmcb", "ssl")
    yield f"SSLSessionCache {quoted('shmcb:' + str(site.directory / 'tls-sessions') + '(512000)')}"
    yield "SSLEngine On"
    yield f"SSLCertificateFile {quoted(certificate)}"
    yield f"SSLCertificateKeyFile {quoted(key)}"


def _logs(site: Site, httpd: Httpd) -> Iterator[str]:
    yield f"ErrorLog {quoted(site.logs / 'error_log' if site.logs else '/dev/stderr')}"
    yield "LogLevel warn pyhook:info"
    if site.access_log:
        yield from httpd.load("log_config")
        yield 'LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined'
        yield f"CustomLog {quoted(site.logs / 'access_log' if site.logs else '/dev/stdout')} combined"


def _python(site: Site) -> Iterator[str]:
    if site.home:
        yield f"PyHookHome {quoted(site.home)}"
    if site.path:
        yield f"PyHookPath {' '.join(map(quoted, site.path))}"
    if site.reload:
        yield "PyHookReload On"
    if site.debug:
        yield "PyHookDebug On"
    if site.may_look_inside:
        yield "PyHookControl On"


def _content(site: Site, httpd: Httpd) -> Iterator[str]:
    """What names a path outside sections: the first that fits wins. Of sections the last does."""
    root = next((mount.target.spec for mount in site.mounts if mount.url == "/" and mount.target.kind is Kind.FILES), None)
    yield f"DocumentRoot {quoted(root or site.directory / 'empty')}"
    by_length = sorted(site.mounts, key=lambda each: len(each.url))
    for mount in reversed(by_length):
        yield from _named(mount)
    for mount in by_length:
        yield from _section(mount)
    if site.console:
        yield from _console()
    for file in site.include:
        yield f"Include {quoted(Path(file).resolve())}"


def _named(mount: Mount) -> Iterator[str]:
    kind, spec = mount.target.kind, mount.target.spec
    if kind in DIRECTIVES:
        yield f"{DIRECTIVES[kind]} {quoted(mount.url)} {quoted(spec)} preload"
    if kind is Kind.FILES and mount.url != "/":
        yield f"Alias {quoted(mount.url)} {quoted(spec)}"
    if kind is Kind.FILES or spec.startswith("/"):  # a .wsgi file is a file
        yield f"<Directory {quoted(spec if kind is Kind.FILES else Path(spec).parent)}>\n    Require all granted\n</Directory>"


def _section(mount: Mount) -> Iterator[str]:
    handler = mount.target.spec if mount.target.kind is Kind.HANDLER else "none"
    yield f"<Location {quoted(mount.url)}>\n    PyHookHandler {handler}\n    Require all granted\n</Location>"


def _console() -> Iterator[str]:
    """As conf/examples/console.conf has it."""
    yield "PyHookInterpreter console"
    yield f"<Location {CONSOLE}>"
    yield "    PyHookRunIn console"
    yield "    PyHookHandler pyhook.console:page"
    yield "    PyHookSuspendAfter 0"
    yield "    Require local"
    yield "</Location>"
