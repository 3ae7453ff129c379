"""A mistake on the command line is told in one sentence, with the cure."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from pyhook.command.main import main

HELP = {name: f" (pyhook {name} --help)" for name in ("serve", "init", "check", "routes", "ps", "top", "stacks", "profile", "memory", "migrate", "completion")}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "pyhook: COMMAND is missing (pyhook --help)"),
        ("serv", "pyhook: 'serv' is no COMMAND: do you mean serve? (pyhook --help)"),
        ("xyz", "pyhook: 'xyz' is no COMMAND: write serve, init, check, routes, ps, top, stacks, profile, memory, migrate or completion (pyhook --help)"),
        ("--verson", "pyhook: COMMAND is missing (pyhook --help)"),
        ("serve", "pyhook serve: TARGET is missing"),
        ("serve shop --prot 8000", "pyhook serve: '--prot' is no option of pyhook serve: do you mean --port?"),
        ("serve shop --zzz", "pyhook serve: '--zzz' is no option of pyhook serve"),
        ("serve shop blog", "pyhook serve: 'blog' is one word too many"),
        ("serve shop --port", "pyhook serve: --port: expected one argument"),
        ("serve shop --port eighty", "pyhook serve: --port: 'eighty' is no port from 1 to 65535"),
        ("serve shop --port 70000", "pyhook serve: --port: '70000' is no port from 1 to 65535"),
        ("serve shop --threads 0", "pyhook serve: --threads: '0' is no number from 1 to 1000"),
        ("serve shop --processes ٣", "pyhook serve: --processes: '٣' is no number from 1 to 1000"),
        ("serve shop --static static=/srv", "pyhook serve: --static: 'static=/srv' is no URL=DIR: write /path=DIR"),
        ("serve shop --static /static", "pyhook serve: --static: '/static' is no URL=DIR: write /path=DIR"),
        ("serve shop --mount /blog=", "pyhook serve: --mount: '/blog=' is no URL=TARGET: write /path=TARGET"),
        ("serve shop --tls cert.pem", "pyhook serve: --tls: expected 2 arguments"),
        ("serve shop --kind django", "pyhook serve: 'django' is no --kind: write wsgi, asgi or handler"),
        ("serve shop --kind wsig", "pyhook serve: 'wsig' is no --kind: do you mean wsgi?"),
        ("init", "pyhook init: DIR is missing"),
        ("init /srv/shop shop extra", "pyhook init: 'extra' is one word too many"),
        ("check --timeout soon", "pyhook check: --timeout: 'soon' is no number of seconds from 1 to 3600"),
        ("check shop.conf", "pyhook check: 'shop.conf' is one word too many"),
        ("routes --jsn", "pyhook routes: '--jsn' is no option of pyhook routes: do you mean --json?"),
        ("ps 4711", "pyhook ps: '4711' is one word too many"),
        ("top --times 0", "pyhook top: --times: '0' is no number from 1 to 1000000"),
        ("stacks all", "pyhook stacks: PID: 'all' is no process number from 1 to 4194304"),
        ("profile -3", "pyhook profile: SECONDS: '-3' is no number of seconds from 1 to 3600"),
        ("memory 99999", "pyhook memory: SECONDS: '99999' is no number of seconds from 1 to 3600"),
        ("migrate", "pyhook migrate: FILE is missing"),
        ("completion", "pyhook completion: SHELL is missing"),
        ("completion tcsh", "pyhook completion: 'tcsh' is no SHELL: write bash, zsh or fish"),
        ("completion zhs", "pyhook completion: 'zhs' is no SHELL: do you mean zsh?"),
    ],
)
def test_a_mistyped_line(words: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(shlex.split(words))
    assert ended.value.code == 2
    command = said.partition(":")[0].partition(" ")[2]
    assert capsys.readouterr().err == f"{said}{HELP.get(command, '')}\n"


def failure(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(words) == 1
    said = capsys.readouterr().err
    assert said.startswith("pyhook: ")
    assert said.count("\n") == 1, "one sentence"
    return said


@pytest.mark.parametrize("words", ["ps", "top", "stacks", "profile 1", "memory 1"])
def test_a_server_that_is_not_there(words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = [*shlex.split(words), "--run", str(tmp_path)]
    assert f"there is no {tmp_path}/pyhook: is the server running, with PyHookControl On?" in failure(asked, capsys)
    (tmp_path / "pyhook").mkdir()
    assert f"no child listens in {tmp_path}/pyhook: " in failure(asked, capsys)


def test_files_that_can_not_be_written_or_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for option in ("--svg", "--speedscope"):
        words = ["profile", "1", option, "/no/such/x", "--run", str(tmp_path)]
        assert "/no/such/x can't be written: there is no directory /no/such" in failure(words, capsys)
    assert f"{tmp_path} can't be read: Is a directory" in failure(["migrate", str(tmp_path)], capsys)
    assert "/no/such.conf can't be read: No such file or directory" in failure(["migrate", "/no/such.conf"], capsys)


def test_what_nobody_has_foreseen_is_a_sentence_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "/var/x")

    monkeypatch.setattr("pyhook.command.migrate_command.print_json", full)
    (tmp_path / "a.conf").write_text("")
    assert failure(["migrate", "--json", str(tmp_path / "a.conf")], capsys) == "pyhook: /var/x: No space left on device\n"
