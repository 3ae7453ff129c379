"""What a page tells: the exceptions with their frames, the request, the lines of the configuration."""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import TypedDict

from .values import HIDDEN, Secrets, Values, is_secret, without_named_secrets

AROUND = 5
"""Lines of source before and after."""
FIRST_FRAMES, LAST_FRAMES = 15, 25
MOST_EXCEPTIONS = 12
MOST_LOCALS = 60
IMPORT_SYSTEM = "<frozen importlib"


class Facts(TypedDict):
    """What httpd knows, from C++."""

    phase: str
    callable: str
    interpreter: str
    id: str | None
    method: str | None
    uri: str | None
    protocol: str | None
    host: str | None
    client: str | None
    user: str | None
    handler: str | None
    filename: str | None
    headers: list[tuple[str, str]]
    lines: list[tuple[str, str, str, str, int]]
    """Directive, words, sections, file, number."""


@dataclass(frozen=True)
class Frame:
    file: str
    line: int
    function: str
    source: list[tuple[int, str]]
    locals: dict[str, str]


@dataclass(frozen=True)
class Raised:
    """An exception. `relation` says what it was to the one that it led to: cause, context, or part of a group."""

    type: str
    text: str
    relation: str
    frames: list[Frame]
    left_out: int
    """Frames in the middle of a deep recursion."""


@dataclass(frozen=True)
class Named:
    """A line of the configuration that names the callable."""

    directive: str
    words: str
    sections: str
    file: str
    line: int


@dataclass(frozen=True)
class Report:
    entry: str
    phase: str
    callable: str
    interpreter: str
    id: str
    request: dict[str, str]
    headers: list[tuple[str, str]]
    lines: list[Named]
    exceptions: list[Raised]
    """The last one first, then what led to it."""

    @property
    def title(self) -> str:
        return self.exceptions[0].text if self.exceptions else self.entry.partition("\n")[0]


def report(exception: BaseException | None, entry: str, facts: Facts) -> Report:
    secrets = Secrets()
    secrets.learn_headers(facts["headers"])
    chain = list(_chain(exception)) if exception is not None else []
    for each, _ in chain:
        for frame, _ in _walk(each.__traceback__):
            secrets.learn_mapping(frame.f_locals)
    values = Values(secrets)
    known: dict[str, object] = dict(facts)
    words = {name: str(known[name]) for name in ("method", "uri", "protocol", "host", "client", "user", "handler", "filename") if known[name]}
    return Report(
        entry=secrets.hide(entry),
        phase=facts["phase"],
        callable=facts["callable"],
        interpreter=facts["interpreter"],
        id=facts["id"] or "-",
        request={name: secrets.hide(without_named_secrets(value)) for name, value in words.items()},
        headers=[(name, HIDDEN if is_secret(name) else secrets.hide(value)) for name, value in facts["headers"]],
        lines=[Named(*line) for line in facts["lines"]],
        exceptions=[_raised(each, relation, secrets, values) for each, relation in chain],
    )


def _chain(exception: BaseException) -> Iterator[tuple[BaseException, str]]:
    """Each exception once, however they refer to each other."""
    waiting: list[tuple[BaseException, str]] = [(exception, "")]
    seen: set[int] = set()
    while waiting and len(seen) < MOST_EXCEPTIONS:
        each, relation = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each, relation
        if isinstance(each, BaseExceptionGroup):
            waiting += [(part, "part") for part in each.exceptions]
        if each.__cause__ is not None:
            waiting.append((each.__cause__, "cause"))
        elif each.__context__ is not None and not each.__suppress_context__:
            waiting.append((each.__context__, "context"))


def _walk(trace: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(IMPORT_SYSTEM):
            yield trace.tb_frame, trace.tb_lineno or trace.tb_frame.f_code.co_firstlineno
        trace = trace.tb_next


def _raised(exception: BaseException, relation: str, secrets: Secrets, values: Values) -> Raised:
    frames = list(_walk(exception.__traceback__))
    left_out = max(0, len(frames) - FIRST_FRAMES - LAST_FRAMES)
    if left_out:
        frames = frames[:FIRST_FRAMES] + frames[-LAST_FRAMES:]
    shown_frames = [_frame(frame, line, secrets, values) for frame, line in frames]
    return Raised(type(exception).__qualname__, secrets.hide(_text(exception)[:10_000]), relation, shown_frames, left_out)


def _text(exception: BaseException) -> str:
    """What `traceback` says of the exception alone; it would read the whole chain for that."""
    if isinstance(exception, SyntaxError):
        return "".join(traceback.format_exception_only(type(exception), exception)).strip()
    kind = type(exception)
    name = kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__qualname__}"
    try:
        said = str(exception)
    except BaseException as problem:  # of code that is being debugged
        said = f"<its str raises {type(problem).__name__}>"
    notes = getattr(exception, "__notes__", ())
    more = [note for note in notes if isinstance(note, str)] if isinstance(notes, (list, tuple)) else []
    return "\n".join([f"{name}: {said}" if said else name, *more])


def _frame(frame: FrameType, line: int, secrets: Secrets, values: Values) -> Frame:
    code = frame.f_code
    return Frame(
        file=code.co_filename,
        line=line,
        function=code.co_qualname,
        source=[(number, secrets.hide(without_named_secrets(text, literals_only=True))) for number, text in _source(frame, line)],
        locals=_locals(frame, values),
    )


def _source(frame: FrameType, line: int) -> list[tuple[int, str]]:
    file = frame.f_code.co_filename
    linecache.checkcache(file)
    lines = linecache.getlines(file)
    first = max(1, line - AROUND)
    return [(number, text.rstrip("\n")[:500]) for number, text in enumerate(lines[first - 1 : line + AROUND], first)]


def _locals(frame: FrameType, values: Values) -> dict[str, str]:
    if frame.f_code.co_name == "<module>":  # what a module defines is in the source
        return {}
    names = list(frame.f_locals.items())[:MOST_LOCALS]
    return {name: values.show(name, value) for name, value in names}
