"""Who may come to a file, as far as the sections of a configuration show it.

A module is no file: what <Directory>, <Files> and .htaccess say of the file that it was does not hold for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import PurePosixPath

from pyhook.command.httpd_lines import Line

SECTION = re.compile(r"<(directory|directorymatch|files|filesmatch|if|elseif|else)$", re.IGNORECASE)

ACCESS = re.compile(r"Require|Auth|SSLRequire|Deny|Allow|Order|Satisfy|<Limit|<Require|Use\b|Include", re.IGNORECASE)
"""Directives that may decide, or bring some that do."""

GRANT = re.compile(r"Require all granted|Allow from all|Order (allow,deny|deny,allow)|AllowOverride None", re.IGNORECASE)

DEFAULT = re.compile(r"Require all denied|Deny from all|Order (allow,deny|deny,allow)|AllowOverride None", re.IGNORECASE)
"""What the distributions say of `/`, for inner sections to grant."""


@dataclass(frozen=True)
class Rule:
    """A line about access, and the sections that it stands in, from the outermost on."""

    sections: tuple[Line, ...]
    text: str

    def may_cover(self, file: PurePosixPath) -> bool:
        return all(_may_cover(section, file) for section in self.sections)

    @property
    def is_default(self) -> bool:
        directories = [section.words for section in self.sections]
        return directories == [["/"]] and DEFAULT.fullmatch(self.text) is not None


def _may_cover(section: Line, file: PurePosixPath) -> bool:
    name, words = section.directive.lower(), section.words
    if name == "<directory" and words and not re.search(r"[*?\[~$]", words[0]):
        return file.is_relative_to(words[0])
    if name == "<files" and words and "~" not in words:
        return fnmatch(file.name, words[0])
    return True


def rules_of(lines: Iterable[Line]) -> Iterator[Rule]:
    sections: list[Line] = []
    for line in lines:
        text = " ".join(line.text.split())
        if SECTION.match(line.directive):
            sections.append(line)
        elif sections and line.directive.lower() == f"</{sections[-1].directive[1:].lower()}>":
            sections.pop()
        elif sections and ACCESS.match(text):
            yield Rule(tuple(sections), text)


def is_open(file: str, rules: Iterable[Rule]) -> bool:
    """Is it shown that everybody may come to `file`?"""
    said = [rule for rule in rules if rule.may_cover(PurePosixPath(file)) and not rule.is_default]
    return bool(said) and all(GRANT.fullmatch(rule.text) for rule in said)
