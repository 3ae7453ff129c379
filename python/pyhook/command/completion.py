"""Completion for bash, zsh and fish, made from the command line's own definition."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass

FILES, DIRECTORIES, PROGRAMS, NOTHING = "files", "directories", "programs", "nothing"
KINDS = {"FILE": FILES, "CERT": FILES, "KEY": FILES, "TARGET": FILES, "DIR": DIRECTORIES, "PROGRAM": PROGRAMS}
"""What a value is, by the name that the help gives it."""


@dataclass(frozen=True)
class Option:
    names: tuple[str, ...]
    help: str
    values: int
    """How many words follow."""
    kind: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Command:
    name: str
    help: str
    options: tuple[Option, ...]
    operands: Option | None
    """What stands alone."""


def commands_of(parser: argparse.ArgumentParser) -> list[Command]:
    """The parser itself under the empty name, then its commands."""
    made = [_command("", "", parser)]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            made += [_command(each.dest, each.help or "", action.choices[each.dest]) for each in action._choices_actions]
    return made


def _command(name: str, help: str, parser: argparse.ArgumentParser) -> Command:
    plain = [action for action in parser._actions if not isinstance(action, argparse._SubParsersAction)]
    operands = [_option(action) for action in plain if not action.option_strings]
    return Command(name, help, tuple(_option(each) for each in plain if each.option_strings), operands[-1] if operands else None)


def _option(action: argparse.Action) -> Option:
    metavar = action.metavar[0] if isinstance(action.metavar, tuple) else action.metavar or ""
    values = action.nargs if isinstance(action.nargs, int) else 1  # 0 for a switch
    choices = tuple(map(str, action.choices or ()))
    return Option(tuple(action.option_strings), action.help or "", values, KINDS.get(metavar, NOTHING), choices)


def bash(parser: argparse.ArgumentParser) -> Iterator[str]:
    commands = commands_of(parser)
    names = [command.name for command in commands if command.name]
    yield from (
        "_pyhook() {",
        "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command= word",
        '    for word in "${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do',
        f'        case $word in {"|".join(names)}) command=$word; break ;; esac',
        "    done",
        "    COMPREPLY=()",
        "    case $command:$previous in",
    )
    for action, places in _bash_values(commands).items():
        yield f"        {'|'.join(places)}) {action} ;;"
    for command in commands:
        words = [name for option in command.options for name in option.names] + ([] if command.name else names)
        given = f"_pyhook_words {shlex.quote(' '.join(words))}"
        operands = _bash_action(command.operands) if command.operands else ""
        yield f"        {command.name}:*) " + (f"[[ $current == -* ]] && {given} || {operands} ;;" if operands else f"{given} ;;")
    yield from (
        "    esac",
        "}",
        """_pyhook_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current"); }""",
        """_pyhook_paths() { compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen "$@" -- "$current"); }""",
        "complete -F _pyhook pyhook",
    )


def _bash_values(commands: list[Command]) -> dict[str, list[str]]:
    """What completes the value of an option, and after which words."""
    places: dict[str, list[str]] = {}
    for command in commands:
        for option in filter(lambda option: option.values, command.options):
            places.setdefault(_bash_action(option), []).extend(f"{command.name}:{name}" for name in option.names)
    return places


def _bash_action(option: Option) -> str:
    if option.choices:
        return f"_pyhook_words {shlex.quote(' '.join(option.choices))}"
    return {FILES: "_pyhook_paths -f", DIRECTORIES: "_pyhook_paths -d", PROGRAMS: "_pyhook_paths -c"}.get(option.kind, "")


def zsh(parser: argparse.ArgumentParser) -> Iterator[str]:
    whole, *commands = commands_of(parser)
    yield "#compdef pyhook"
    yield "_pyhook() {"
    yield "    local context state line"
    yield "    typeset -A opt_args"
    yield "    _arguments -C " + " ".join([*_zsh_options(whole), "'1: :->command'", "'*:: :->words'"])
    yield "    case $state in"
    yield "    command)"
    described = " ".join(shlex.quote(f"{each.name}:{each.help}") for each in commands)
    yield f"        local -a commands=({described})"
    yield "        _describe command commands ;;"
    yield "    words)"
    yield "        case $line[1] in"
    for command in commands:
        operands = [shlex.quote(f"*: :{_zsh_action(command.operands)}")] if command.operands else []
        yield f"        {command.name}) _arguments {' '.join([*_zsh_options(command), *operands])} ;;"
    yield "        esac ;;"
    yield "    esac"
    yield "}"
    yield 'if [[ $funcstack[1] = _pyhook ]]; then _pyhook "$@"; else compdef _pyhook pyhook; fi'


def _zsh_options(command: Command) -> Iterator[str]:
    for option in command.options:
        text = option.help.translate({ord(letter): f"\\{letter}" for letter in ":[]\\"})
        for name in option.names:
            yield shlex.quote(f"*{name}[{text}]" + f": :{_zsh_action(option)}" * option.values)


def _zsh_action(option: Option) -> str:
    if option.choices:
        return f"({' '.join(option.choices)})"
    return {FILES: "_files", DIRECTORIES: "_files -/", PROGRAMS: "_command_names -e"}.get(option.kind, " ")


def fish(parser: argparse.ArgumentParser) -> Iterator[str]:
    for command in commands_of(parser):
        if command.name:
            yield f"complete -c pyhook -n __fish_use_subcommand -f -a {command.name} -d {_fish_word(command.help)}"
        where = f"'__fish_seen_subcommand_from {command.name}'" if command.name else "__fish_use_subcommand"
        for option in command.options:
            names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
            yield f"complete -c pyhook -n {where} {names} -d {_fish_word(option.help)}{_fish_action(option)}"
        if command.operands and command.operands.choices:
            yield f"complete -c pyhook -n {where} -f -a {_fish_word(' '.join(command.operands.choices))}"


def _fish_action(option: Option) -> str:
    if not option.values:
        return ""
    if option.choices:
        return f" -x -a {_fish_word(' '.join(option.choices))}"
    actions = {FILES: " -r -F", DIRECTORIES: " -x -a '(__fish_complete_directories)'", PROGRAMS: " -x -a '(__fish_complete_command)'"}
    return actions.get(option.kind, " -x")


def _fish_word(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


SHELLS: dict[str, Callable[[argparse.ArgumentParser], Iterator[str]]] = {"bash": bash, "zsh": zsh, "fish": fish}
