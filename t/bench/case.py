"""A case: the request, the right answer, and each contender's configuration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

HELLO = b"Hello World!"
TEXT = b"The quick brown fox jumps over the lazy dog. 0123456789 abcdefg\n"  # 64 bytes


@dataclass(frozen=True)
class Case:
    name: str
    about: str
    contenders: dict[str, str]
    """A peer's name, perhaps a colon and a variant, and its configuration. Ratios compare with the first one."""
    answer: bytes = HELLO
    path: str = "/"
    body: bytes = b""
    """The posted data, if any."""
    headers: Sequence[str] = field(default=())
    modules: dict[str, str] = field(default_factory=dict)
    """Modules of httpd that the case needs besides those of all cases."""
    hosts: Sequence[str] = ()
    """Virtual hosts. A case that has some measures memory: each host is asked once, and there is no load."""
    beside: str = ""
    """A path that four other connections ask for at the same time, if any. They count for the CPU time alone."""
