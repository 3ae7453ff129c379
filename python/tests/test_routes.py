"""Which interpreter runs what a line names, as far as the configuration shows it; and the tables that say so."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import pytest

from pyhook.command.check_command import how_it_ended
from pyhook.command.lines import Callable, Line
from pyhook.command.routes import host_of, phase_of, routes
from pyhook.command.tables import plain_lines, print_table, printable

HANDLER = (Callable("shop:page", "callable"),)


class Configuration:
    """Lines one after the other; `inside` says in which section."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    def add(self, directive: str, args: str, inside: Line | None = None, callables: Sequence[Callable] = (), phase: str | None = None) -> Line:
        line = Line(directive, args, "httpd.conf", len(self.lines) + 1, inside, callables, phase, phase == "fixups")
        self.lines.append(line)
        if inside is not None:
            inside.lines.append(line)
        return line

    def location(self, path: str, inside: Line | None = None) -> Line:
        return self.add("<Location", f'"{path}">', inside)

    def handler(self, inside: Line | None = None) -> Line:
        return self.add("PyHookHandler", "shop:page", inside, HANDLER, "handler")

    def run_in(self, name: str, inside: Line | None = None) -> None:
        self.add("PyHookRunIn", name, inside)

    def interpreters_of(self, line: Line) -> list[str]:
        return [route.interpreter for route in routes(self.lines) if route.line is line]


def test_what_nothing_chooses_runs_in_the_main_interpreter() -> None:
    conf = Configuration()
    assert conf.interpreters_of(conf.handler(conf.location("/shop"))) == ["main"]


def test_a_place_above_chooses_and_a_neighbour_does_not() -> None:
    conf = Configuration()
    conf.run_in("shop", conf.location("/shop/"))
    assert conf.interpreters_of(conf.handler(conf.location("/shop/page"))) == ["shop"]
    assert conf.interpreters_of(conf.handler(conf.location("/shopping"))) == ["main"]


def test_of_two_places_above_the_later_wins_and_of_directories_the_longer() -> None:
    conf = Configuration()
    conf.run_in("later", conf.location("/a/b"))
    conf.run_in("last", conf.location("/a"))
    assert conf.interpreters_of(conf.handler(conf.location("/a/b/c"))) == ["last"]
    conf = Configuration()
    conf.run_in("longer", conf.add("<Directory", '"/srv/a">'))
    conf.run_in("shorter", conf.add("<Directory", '"/srv">'))
    assert conf.interpreters_of(conf.handler(conf.add("<Directory", '"/srv/a/b">'))) == ["longer"]


def test_a_virtual_host_is_its_own() -> None:
    conf = Configuration()
    one, other = conf.add("<VirtualHost", "*:80>"), conf.add("<VirtualHost", "*:81>")
    conf.add("ServerName", "shop.example", one)
    conf.run_in("shop", one)
    handler = conf.handler(conf.location("/", one))
    assert (host_of(handler), conf.interpreters_of(handler)) == ("shop.example", ["shop"])
    elsewhere = conf.handler(conf.location("/", other))
    assert (host_of(elsewhere), conf.interpreters_of(elsewhere)) == ("*:81", ["main"])


def test_a_place_below_brings_its_interpreter_unless_it_has_the_same_directive() -> None:
    conf = Configuration()
    outer = conf.handler(conf.location("/"))
    marks = conf.add("PyHookFixups", "shop:mark", None, (Callable("shop:mark", "callable"),), "fixups")
    below = conf.location("/shop")
    conf.run_in("shop", below)
    assert conf.interpreters_of(outer) == ["main", "shop"]
    conf.handler(below)
    conf.add("PyHookFixups", "shop:more", below, (Callable("shop:more", "callable"),), "fixups")
    assert conf.interpreters_of(outer) == ["main"]
    assert conf.interpreters_of(marks) == ["main", "shop"]  # where all run, the outer one does, too


def test_a_pattern_chooses_for_itself_only() -> None:
    conf = Configuration()
    matched = conf.add("<LocationMatch", '"^/s">')
    conf.run_in("shop", matched)
    assert conf.interpreters_of(conf.handler(matched)) == ["shop"]
    assert conf.interpreters_of(conf.handler(conf.location("/s"))) == ["main"]


def test_a_name_runs_where_it_is_used() -> None:
    conf = Configuration()
    users = conf.add("PyHookAuthnProvider", "users shop:Users", None, (Callable("shop:Users", "callable"), Callable("shop:Users.check_password", "callable")))
    place = conf.location("/shop")
    conf.run_in("shop", place)
    assert conf.interpreters_of(users) == ["main"]
    conf.add("AuthBasicProvider", "file users", place)
    assert conf.interpreters_of(users) == ["shop"]
    assert [route.where for route in routes(conf.lines)] == ['"users"']


def test_plugins_come_first_those_of_an_interpreter_before_all() -> None:
    conf = Configuration()
    conf.add("PyHookImport", "audit", None)
    conf.add("PyHookInterpreter", "shop gil=own import=shop_plugin", None)
    assert [(each.callable, each.interpreter) for each in routes(conf.lines)] == [
        ("shop_plugin", "shop"),
        ("audit", "main"),
        ("audit", "shop"),
    ]


@pytest.mark.parametrize(
    ("directive", "phase"),
    [("PyHookWSGIAlias", "wsgi"), ("PyHookAuthnProvider", "authn_provider"), ("PyHookPreConnection", "pre_connection"), ("LogFormat", "logformat")],
)
def test_phase_of(directive: str, phase: str) -> None:
    assert phase_of(Configuration().add(directive, "")) == phase


def test_the_end_of_the_process_is_told() -> None:
    assert how_it_ended(6) == "the process that imports it was ended by signal 6"
    assert how_it_ended(1 << 8) == "the process that imports it has ended by itself"


def test_in_processes_run_applications_and_content_handlers_alone() -> None:
    conf = Configuration()
    conf.add("PyHookProcesses", "pool processes=2")
    place = conf.location("/shop")
    conf.run_in("pool", place)
    handler, application = conf.handler(place), conf.add("PyHookWSGI", "shop:app", place, (Callable("shop:app", "application"),))
    checker = conf.add("PyHookAccessChecker", "shop:check", place, (Callable("shop:check", "callable"),))
    assert [(route.line, route.interpreter, route.in_processes) for route in routes(conf.lines)] == [
        (handler, "pool", True),
        (application, "pool", True),
        (checker, "main", False),
    ]


def test_each_interpreter_has_one_row() -> None:
    conf = Configuration()
    conf.add("PyHookProcesses", "pool")
    conf.run_in("pool", conf.location("/shop"))
    conf.add("LogFormat", '"%{shop:field}^py" shop', None, (Callable("shop:field", "callable"),))
    assert [route.interpreter for route in routes(conf.lines)] == ["main"]


@pytest.mark.parametrize("has_rich", [True, False])
def test_on_a_terminal_rich_draws_the_table_if_it_is_there(has_rich: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    if has_rich:
        pytest.importorskip("rich")
    else:
        modules: dict[str, object] = vars(sys)["modules"]
        monkeypatch.setitem(modules, "rich.console", None)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")
    print_table(("A", "B"), [("[red]x", "one two " * 10)], ["red"])
    printed = capsys.readouterr().out
    assert "[red]x" in printed  # what looks like markup is text
    assert (len(printed.splitlines()) > 2) == has_rich  # it breaks lines that are too long


def test_a_table_is_aligned_and_orders_no_terminal_about() -> None:
    assert plain_lines(("A", "LONGER"), [["abc", "x"]]) == ["A    LONGER", "abc  x"]
    assert printable("\x1b[31mred\u202e") == "\\x1b[31mred\\u202e"
