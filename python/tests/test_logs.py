from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from pyhook import logs
from pyhook.streams import LogStream


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    written: list[tuple[str, str]] = []
    monkeypatch.setattr(logs, "log", lambda message, level: written.append((level, message)))
    return written


@pytest.fixture
def root(entries: list[tuple[str, str]]) -> Iterator[logging.Logger]:
    root = logging.getLogger()
    handlers, level, basic_config = root.handlers[:], root.level, logging.basicConfig
    root.handlers.clear()
    root.setLevel(logging.WARNING)
    yield root
    root.parent = None
    logging.basicConfig = basic_config
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize(
    ("level", "name"),
    [
        (logging.CRITICAL, "crit"),
        (logging.ERROR, "error"),
        (logging.WARNING, "warn"),
        (logging.INFO, "info"),
        (logging.DEBUG, "debug"),
        (logging.DEBUG - 1, "trace1"),
        (logging.ERROR + 1, "error"),
        (100, "crit"),
    ],
)
def test_levels_become_httpds(level: int, name: str) -> None:
    assert logs.httpd_level(level) == name


def test_httpd_decides_what_is_logged(root: logging.Logger, entries: list[tuple[str, str]]) -> None:
    logs.install()
    logging.getLogger("shop").debug("%d items", 3)
    assert entries == [("debug", "shop: 3 items")]


def test_a_second_install_changes_nothing(root: logging.Logger, entries: list[tuple[str, str]]) -> None:
    logs.install()
    root.setLevel(logging.ERROR)
    logs.install()
    assert root.parent is not None
    assert (len(root.handlers), len(root.parent.handlers), root.level) == (0, 1, logging.ERROR)


def test_basic_config_of_an_application_has_its_effect(
    root: logging.Logger, entries: list[tuple[str, str]], tmp_path: Path
) -> None:
    logs.install()
    path = tmp_path / "shop.log"
    logging.basicConfig(level=logging.ERROR, format="mine %(message)s", filename=path)
    logging.getLogger("shop").info("open")
    logging.getLogger("shop").error("closed")
    root.handlers.pop().close()
    assert path.read_text() == "mine closed\n"
    assert entries == []


def test_an_application_may_name_the_handler(root: logging.Logger, entries: list[tuple[str, str]]) -> None:
    logs.install()
    logging.basicConfig(level=logging.INFO, handlers=[logs.Handler()])
    logging.getLogger("shop").info("open")
    assert entries == [("info", "shop: open")]


@pytest.mark.parametrize("stream", [None, LogStream("error", "<stderr>")])
def test_standard_error_of_basic_config_is_the_error_log(
    root: logging.Logger, entries: list[tuple[str, str]], stream: LogStream | None
) -> None:
    logs.install()
    logging.basicConfig(level=logging.INFO, format="mine %(message)s", stream=stream)
    logging.getLogger("shop").info("open")
    logging.getLogger("shop").debug("never")
    assert (entries, root.level) == ([("info", "mine open")], logging.INFO)


def test_the_first_use_of_the_module_itself_keeps_the_levels(
    root: logging.Logger, entries: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "most_talkative_level", lambda: "info")
    logs.install()
    logging.info("hello")
    logging.debug("never")
    assert entries == [("info", "root: hello")]


def test_a_null_handler_is_none(root: logging.Logger, entries: list[tuple[str, str]]) -> None:
    logs.install()
    root.addHandler(logging.NullHandler())
    logging.getLogger("shop").warning("open")
    assert entries == [("warn", "shop: open")]


@pytest.mark.parametrize(
    ("log_level", "least"),
    [
        ("emerg", logging.CRITICAL + 1),
        ("alert", logging.CRITICAL + 1),
        ("crit", logging.CRITICAL),
        ("error", logging.ERROR),
        ("warn", logging.WARNING),
        ("notice", logging.WARNING),
        ("info", logging.INFO),
        ("debug", logging.DEBUG),
        ("trace1", 1),
        ("trace8", 1),
    ],
)
def test_what_no_log_level_wants_is_not_made(
    root: logging.Logger, monkeypatch: pytest.MonkeyPatch, log_level: str, least: int
) -> None:
    monkeypatch.setattr(logs, "most_talkative_level", lambda: log_level)
    logs.install()
    logger = logging.getLogger("levels")
    assert root.level == least
    assert logger.isEnabledFor(least) and not logger.isEnabledFor(least - 1)


def test_a_traceback_is_one_message_with_all_its_lines(root: logging.Logger, entries: list[tuple[str, str]]) -> None:
    logs.install()
    try:
        raise KeyError("price")
    except KeyError:
        logging.getLogger("shop").exception("no price")
    [(level, message)] = entries
    assert level == "error"
    lines = message.splitlines()
    assert lines[0] == "shop: no price"
    assert lines[1] == "Traceback (most recent call last):"
    assert lines[-1] == "KeyError: 'price'"


def test_a_record_that_cannot_be_formatted_does_not_stop_the_application(
    root: logging.Logger, entries: list[tuple[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    logs.install()
    logging.getLogger("shop").error("%d items", "three")
    assert entries == []
    assert "--- Logging error ---" in capsys.readouterr().err
