"""`pyhook migrate`: every directive of mod_wsgi and mod_python becomes something, or a person is told why not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pyhook.command.httpd_lines import lines_of
from pyhook.command.main import main
from pyhook.command.migrating import RULES, migrate

TOP = Path(__file__).resolve().parents[2]


def migrated(text: str) -> str:
    return "\n".join(migrate(text))


def test_an_application_in_one_daemon_runs_in_the_children() -> None:
    text = """\
LoadModule wsgi_module /usr/lib/apache2/modules/mod_wsgi.so
<VirtualHost *:80>
    ServerName shop.example
    WSGIDaemonProcess shop python-home=/srv/shop/venv \\
        python-path=/srv/shop:/srv/lib
    WSGIProcessGroup shop
    WSGIApplicationGroup %{GLOBAL}
    WSGIScriptAlias / "/srv/shop/shop/wsgi.py"
    WSGIPassAuthorization On
    Alias /static /srv/shop/static
    <Directory /srv/shop>
        Require all granted
    </Directory>
</VirtualHost>
"""
    assert migrated(text) == """\
LoadModule pyhook_module /usr/lib/apache2/modules/mod_pyhook.so
<VirtualHost *:80>
    ServerName shop.example
    # TODO: move PyHookHome and PyHookPath out of the <VirtualHost>
    PyHookHome /srv/shop/venv
    PyHookPath /srv/shop /srv/lib
    # WSGIProcessGroup shop: httpd's children serve the applications
    # WSGIApplicationGroup %{GLOBAL}: the main interpreter is where applications run
    PyHookWSGIAlias / shop.wsgi:application
    # WSGIPassAuthorization On: the application sees Authorization; where httpd authenticates, CGIPassAuth On says so
    Alias /static /srv/shop/static
    <Directory /srv/shop>
        Require all granted
    </Directory>
</VirtualHost>"""


def test_what_only_processes_of_their_own_have_is_told() -> None:
    todo = migrated("WSGIDaemonProcess blog user=blog home=/srv/blog maximum-requests=500 python-path=/srv/blog\n").partition("\n")[0]
    assert todo.endswith("instead: PyHookProcesses blog user=blog directory=/srv/blog requests=500, with PyHookRunIn")


@pytest.mark.parametrize("name", ["publisher", "psp", "cgihandler"])
def test_a_handler_that_mod_python_brings_along_is_told(name: str) -> None:
    todo, line = migrated(f"PythonHandler mod_python.{name}\n").splitlines()
    assert todo == f"# TODO: mod_python.{name} is no handler of mod_pyhook: mod_pyhook_python.so runs such a site as it is"
    assert line == f"# PythonHandler mod_python.{name}"


def test_several_daemons_become_interpreters() -> None:
    text = """\
WSGIDaemonProcess blog python-path=/srv/blog
WSGIDaemonProcess store python-path=/srv/store python-home=/srv/venv
WSGIScriptAlias /blog /srv/blog/blog.wsgi process-group=blog application-group=%{GLOBAL}
<Location /store>
WSGIProcessGroup store
</Location>
"""
    assert migrated(text).splitlines() == [
        "PyHookInterpreter blog path=/srv/blog",
        "PyHookInterpreter store home=/srv/venv path=/srv/store",
        "PyHookWSGIAlias /blog /srv/blog/blog.wsgi",
        "<Location /blog>",
        "    PyHookRunIn blog",
        "</Location>",
        "<Location /store>",
        "PyHookRunIn store",
        "</Location>",
    ]


@pytest.mark.parametrize(
    ("line", "made"),
    [
        ("WSGIScriptAlias /x /srv/x.wsgi callable-object=app", "PyHookWSGIAlias /x /srv/x.wsgi:app"),
        ("WSGIPythonHome /srv/venv", "PyHookHome /srv/venv"),
        ("WSGIPythonPath /srv/a:/srv/b", "PyHookPath /srv/a /srv/b"),
        ("WSGIScriptReloading On", "PyHookReload On"),
        ("WSGIApplicationGroup shop", "PyHookInterpreter shop\nPyHookRunIn shop"),
        ("PythonPath \"['/srv/site'] + sys.path\"", "PyHookPath /srv/site"),
        ("PythonOption key \"a value\"", 'PyHookOption key "a value"'),
        ("PythonDebug On", "PyHookDebug On"),
        ("AddHandler mod_python .py", "# AddHandler mod_python .py: PyHookHandler needs none"),
        ("AddHandler cgi-script .cgi", "AddHandler cgi-script .cgi"),
        ("# WSGIScriptAlias / /srv/x.wsgi", "# WSGIScriptAlias / /srv/x.wsgi"),
    ],
)
def test_a_line_becomes(line: str, made: str) -> None:
    assert migrated(line) == made


@pytest.mark.parametrize(
    ("line", "made"),
    [
        ("PythonHandler shop::page", "PyHookHandler shop:page"),
        ("PythonAccessHandler guard", "PyHookAccessChecker guard:accesshandler"),
        ("PythonHandler site | .html", "PyHookHandler site:handler"),
        ("PythonOutputFilter upper::filter UPPER", "PyHookOutputFilter UPPER upper:filter"),
        ("PythonPath \"sys.path + [d for d in dirs]\"", "# PythonPath \"sys.path + [d for d in dirs]\""),
        ("WSGIErrorOverride On", "# WSGIErrorOverride On"),
    ],
)
def test_what_needs_a_person_says_why(line: str, made: str) -> None:
    todo, *rest = migrated(line).splitlines()
    assert re.match(r"# TODO: \w.{10}", todo)
    assert "\n".join(rest) == made


GRANTED = "<Directory /srv/site>\nRequire all granted\n</Directory>"
DENIED = "<Directory />\nAllowOverride None\nRequire all denied\n</Directory>"


@pytest.mark.parametrize(
    ("sections", "target"),
    [
        (GRANTED, "shop.wsgi:application"),
        (f"{DENIED}\n{GRANTED}", "shop.wsgi:application"),
        ("<Directory /srv/site/shop>\n<Files wsgi.py>\nRequire all granted\n</Files>\n</Directory>", "shop.wsgi:application"),
        (f"{GRANTED}\n<Directory /srv/other>\nRequire valid-user\n</Directory>", "shop.wsgi:application"),
        ("", "/srv/site/shop/wsgi.py"),
        (DENIED, "/srv/site/shop/wsgi.py"),
        (f"{GRANTED}\n<Directory /srv/site/shop>\nAuthType Basic\nRequire valid-user\n</Directory>", "/srv/site/shop/wsgi.py"),
        (f"{GRANTED}\n<Files wsgi.py>\nRequire user ann\n</Files>", "/srv/site/shop/wsgi.py"),
        (f"{GRANTED}\n<FilesMatch py$>\nRequire ip 10\n</FilesMatch>", "/srv/site/shop/wsgi.py"),
        (f"{GRANTED}\n<DirectoryMatch shop>\nSSLRequireSSL\n</DirectoryMatch>", "/srv/site/shop/wsgi.py"),
        ("<Directory /srv/site>\nAllowOverride All\nRequire all granted\n</Directory>", "/srv/site/shop/wsgi.py"),
        ("<Directory /srv/site>\n<RequireAny>\nRequire all granted\n</RequireAny>\n</Directory>", "/srv/site/shop/wsgi.py"),
    ],
)
def test_a_file_that_is_guarded_stays_a_file(sections: str, target: str) -> None:
    text = f"WSGIPythonPath /srv/site\nWSGIScriptAlias /x /srv/site/shop/wsgi.py\n{sections}"
    assert f"PyHookWSGIAlias /x {target}" in migrated(text).splitlines()


def test_a_callable_for_all_is_marked_wherever_it_stands() -> None:
    todo, alias, *_ = migrated("WSGIScriptAlias /x /srv/x.wsgi\nWSGICallableObject main").splitlines()
    assert todo.startswith("# TODO: is /srv/x.wsgi:main the application?")
    assert alias == "PyHookWSGIAlias /x /srv/x.wsgi:main"


def test_options_of_a_daemon_are_not_lost() -> None:
    todo = migrated("WSGIDaemonProcess x home=/srv/x umask=0007 cpu-time-limit=5 python-path=/srv/x display-name=x").splitlines()[0]
    assert [word for word in ("home=/srv/x", "umask=0007", "cpu-time-limit=5", "python-path", "display-name") if word in todo] == [
        "home=/srv/x", "umask=0007", "cpu-time-limit=5"]  # fmt: skip


def test_every_directive_has_a_rule() -> None:
    known = (TOP / "t/style/mod_wsgi.txt").read_text().partition("\n\n")[0].splitlines()[1:]
    page = (TOP / "docs/migration-from-mod_python.md").read_text()
    python = set(re.findall(r"`(Python[A-Z]\w+)", page))
    assert len(known) > 50 and len(python) > 20
    assert [name for name in (*known, *sorted(python)) if not {name.lower(), f"<{name.lower()}"} & RULES.keys()] == []


def test_lines_are_read_as_httpd_reads_them() -> None:
    first, second, third = lines_of('Alias "/a \\"b\\"" \\\n  /c\n  # Alias\n<Location "/x">')
    assert (first.directive, first.words, first.number) == ("Alias", ['/a "b"', "/c"], 1)
    assert (second.directive, second.number, second.indent) == ("", 3, "  ")
    assert (third.directive, third.words) == ("<Location", ["/x"])


def test_the_command_prints_and_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.conf").write_text("WSGIPythonHome /srv/venv")
    (tmp_path / "b.conf").write_text("WSGIErrorOverride On\n")
    assert main(["migrate", str(tmp_path / "a.conf"), str(tmp_path / "b.conf")]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == "PyHookHome /srv/venv"
    assert err.startswith("1 of 3 lines")
    assert main(["migrate", str(tmp_path / "missing.conf")]) == 1
    assert "missing.conf can't be read: No such file" in capsys.readouterr().err
