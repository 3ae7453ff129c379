"""What the words of the command line may be. Each function says what is wrong with a word, and what to write."""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn, TypeVar

Namespace = TypeVar("Namespace")


class Parser(argparse.ArgumentParser):
    """Tells a mistake in one sentence, with what was probably meant."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_defaults(parser=self)  # that of the command in the end

    def error(self, message: str) -> NoReturn:
        message = re.sub(r"^argument (?:\S*/)?(\S+): ", r"\1: ", message)
        message = re.sub(r"^the following arguments are required: (.*)", r"\1 is missing", message)
        self.exit(2, f"{self.prog}: {message} ({self.prog} --help)\n")

    def parse_args(self, args: Iterable[str] | None = None, namespace: Any = None) -> Any:
        arguments, rest = self.parse_known_args(None if args is None else list(args), namespace)
        if rest:
            arguments.parser.refuse(rest[0])
        return arguments

    def refuse(self, word: str) -> NoReturn:
        """End because of a word that nobody has taken."""
        if not word.startswith("-"):
            self.error(f"'{word}' is one word too many")
        known = [option for action in self._actions for option in action.option_strings]
        self.error(f"'{word}' is no option of {self.prog}{meant(word.partition('=')[0], known)}")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        choices = [str(choice) for choice in action.choices]
        named = "/".join(action.option_strings) or str(action.metavar or action.dest)
        raise argparse.ArgumentError(None, f"'{value}' is no {named}{meant(value, choices) or ': write ' + any_of(choices)}")


def meant(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f": do you mean {close[0]}?" if close else ""


def any_of(words: Sequence[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def number(least: int, most: int, what: str = "number") -> Callable[[str], int]:
    """A whole number between these."""

    def convert(word: str) -> int:
        value = int(word) if re.fullmatch(r"-?\d{1,18}", word, re.ASCII) else least - 1
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"'{word}' is no {what} from {least} to {most}")
        return value

    return convert


SECONDS = number(1, 3600, "number of seconds")
PID = number(1, 2**22, "process number")


def pair(value: str) -> Callable[[str], tuple[str, str]]:
    """A URL path and what is below it: `value` names that."""

    def convert(word: str) -> tuple[str, str]:
        url, _, what = word.partition("=")
        if not url.startswith("/") or not what:
            raise argparse.ArgumentTypeError(f"'{word}' is no URL={value}: write /path={value}")
        return url, what

    return convert


def say(sentence: str) -> None:
    """Tell a person something that is no result."""
    print(sentence, file=sys.stderr)
