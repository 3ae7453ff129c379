"""What only httpd knows: `ask` goes to the functions that the httpd module offers."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _pyhook import _ask
    from _pyhook import _Latin1Request as Latin1Request

    ask = _ask
else:
    try:
        from _pyhook import _ask as ask
        from _pyhook import _Latin1Request as Latin1Request
    except ModuleNotFoundError as missing:
        if missing.name != "_pyhook":
            raise

        def ask(name, record, text=""):
            """Outside httpd nobody answers."""
            return None

        class Latin1Request:
            """Outside httpd there is no request."""


__all__ = ["FIELD", "PART", "RECORD", "Latin1Request", "ask", "latin1", "native", "records"]

PART, RECORD, FIELD = "\x1d", "\x1e", "\x1f"
"""What the texts of the httpd module consist of: parts, records of fields."""


def records(text: str | None) -> list[list[str]]:
    """Take a text of the httpd module apart."""
    return [record.split(FIELD) for record in (text or "").split(RECORD)[:-1]]


def latin1(text: str) -> str:
    """Read httpd's bytes as mod_python does, where pyhook has read them as UTF-8 with surrogateescape."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")


def native(text: object) -> str:
    """Make pyhook's text of a handler's: latin-1 as mod_python, UTF-8 for what latin-1 has not."""
    if type(text) is str and text.isascii():
        return text
    string = text if isinstance(text, str) else text.decode("latin-1") if isinstance(text, bytes) else str(text)
    if string.isascii():
        return string
    try:
        return string.encode("latin-1").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return string
