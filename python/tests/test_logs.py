from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from pyhook import logs


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    written: list[tuple[str, str]] = []
    monkeypatch.setattr(logs, "log", lambda message, level: written.append((level, message)))
    return written


@pytest.fixture
def root(entries: list[tuple[str, str]]) -> Iterator[logging.Logger]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    root.setLevel(logging.WARNING)
    yield root
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
    assert (len(root.handlers), root.level) == (1, logging.ERROR)


def test_basic_config_of_an_application_keeps_the_handler(
    root: logging.Logger, entries: list[tuple[str, str]]
) -> None:
    logs.install()
    logging.basicConfig(level=logging.ERROR, format="mine %(message)s")
    logging.getLogger("shop").info("open")
    assert entries == [("info", "shop: open")]


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
