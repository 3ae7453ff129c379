"""The completion of shells, tried in the shells that are there."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from pyhook.command.completion import SHELLS, commands_of
from pyhook.command.main import main, parser

PATIENCE = 180.0
"""Seconds. On a busy machine zsh takes many until its completion is ready."""


@pytest.fixture
def script(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    shell: str = request.param
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} here")
    made = tmp_path / f"completion.{shell}"
    made.write_text("\n".join(SHELLS[shell](parser())) + "\n")
    (tmp_path / "a file.conf").touch()
    (tmp_path / "directory").mkdir()
    return made


def test_every_command_and_option_is_there() -> None:
    commands = {command.name: command for command in commands_of(parser())}
    assert {"", "serve", "init", "check", "routes", "migrate", "completion"} <= set(commands)
    for shell, write in SHELLS.items():
        text = "\n".join(write(parser()))
        for command in commands.values():
            assert command.name in text
            for option in command.options:
                for name in option.names:
                    assert re.search(rf"(?<![\w-]){re.escape(name if shell != 'fish' else name.lstrip('-'))}(?![\w-])", text), (shell, name)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["se"], {"serve"}),
        (["serve", "--p"], {"--port", "--processes", "--proxy-headers", "--path", "--print-config"}),
        (["serve", "--kind", ""], {"wsgi", "asgi", "handler"}),
        (["serve", "--port", ""], set()),
        (["check", "-f", "a"], {"a file.conf"}),
        (["serve", "--home", ""], {"directory"}),
        (["migrate", "a"], {"a file.conf"}),
        (["completion", ""], {"bash", "zsh", "fish"}),
        (["--v"], {"--version"}),
    ],
)
@pytest.mark.parametrize("script", ["bash"], indirect=True)
def test_bash(script: Path, words: list[str], expected: set[str]) -> None:
    quoted = " ".join(f"'{word}'" for word in ["pyhook", *words])
    asked = f"source {script}; COMP_WORDS=({quoted}); COMP_CWORD={len(words)}; _pyhook; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    done = subprocess.run(["bash", "-c", asked], cwd=script.parent, capture_output=True, text=True, check=True)
    assert (set(done.stdout.splitlines()) - {""}, done.stderr) == (expected, "")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("pyhook se", {"serve"}),
        ("pyhook serve --kind ", {"wsgi", "asgi", "handler"}),
        ("pyhook serve --pr", {"--print-config", "--processes", "--proxy-headers"}),
        ("pyhook completion ", {"bash", "zsh", "fish"}),
        ("pyhook serve --home ", {"directory/"}),
    ],
)
@pytest.mark.parametrize("script", ["fish"], indirect=True)
def test_fish(script: Path, line: str, expected: set[str]) -> None:
    asked = f"source {script}; complete -C '{line}'"
    surroundings = {**os.environ, "HOME": str(script.parent), "XDG_CONFIG_HOME": str(script.parent), "XDG_DATA_HOME": str(script.parent)}
    work = script.parent / "work"
    (work / "directory").mkdir(parents=True)
    done = subprocess.run(["fish", "--no-config", "-c", asked], cwd=work, env=surroundings, capture_output=True, text=True, check=True)
    answers = {answer.partition("\t")[0] for answer in done.stdout.splitlines()}
    word = line.rpartition(" ")[2]
    assert {answer for answer in answers if answer.startswith(word)} == expected  # fish may add those with these letters elsewhere


ZSH = {
    "pyhook ser": "pyhook serve ",
    "pyhook serve --print": "--print-config",
    "pyhook serve --kind ws": "--kind wsgi",
    "pyhook check -f a": "a\\ file.conf",
}


@pytest.mark.parametrize("script", ["zsh"], indirect=True)
def test_zsh(script: Path) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(script.parent)
        os.execvpe("zsh", ["zsh", "-f", "-i"], {**os.environ, "TERM": "dumb", "HOME": str(script.parent)})
    try:
        os.write(terminal, f"PS1='> '; autoload -U compinit; compinit -u -D; source {script}; echo rea''dy\n".encode())
        until(terminal, "ready\r")
        for line, completed in ZSH.items():
            os.write(terminal, f"\x15{line}\t".encode())  # after the line before has been deleted
            until(terminal, completed)
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(terminal)


def until(terminal: int, wanted: str) -> None:
    """Reads what the shell shows until `wanted` is there."""
    shown, end = "", time.monotonic() + PATIENCE
    while wanted not in re.sub(r"[\r\n]", "", shown) and wanted not in shown:
        ready, _, _ = select.select([terminal], [], [], max(0.0, end - time.monotonic()))
        assert ready, f"{wanted!r} is not in {shown!r}"
        shown += os.read(terminal, 4096).decode(errors="replace")


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "bash"]) == 0
    assert capsys.readouterr().out == "\n".join(SHELLS["bash"](parser())) + "\n"
