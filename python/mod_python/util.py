"""`mod_python.util`: forms and redirects."""

from __future__ import annotations

import html
import tempfile
from io import BytesIO
from urllib.parse import unquote_to_bytes

from . import apache
from .multipart import PIECE, MalformedBody, options_of, parts_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from .requests import mp_request
    from .settings import Settings

readBlockSize = 65368  # noqa: N816

MOST_FIELDS = 1000
MOST_TEXT = 10 * 1024 * 1024
"""Bytes of text in a body, all inputs together, which are in memory."""

LARGEST_IN_MEMORY = 65536
"""Bytes of an uploaded file beyond which it is on disk."""


def text_of(data: bytes) -> str:
    """Read the text of a form: UTF-8, or latin-1 if it is not."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _unquoted(text: str | bytes) -> str:
    data = text.encode("latin-1", "replace") if isinstance(text, str) else text
    return text_of(unquote_to_bytes(data.replace(b"+", b" ")))


def is_plain(query: str) -> bool:
    """Does the query stand for itself, without a quoted character?"""
    return query.isascii() and "%" not in query and "+" not in query


def parse_qsl(qs: str | bytes, keep_blank_values: int = 0, strict_parsing: int = 0) -> list[tuple[str, str]]:
    """Take a query string apart: pairs of name and value, in order."""
    if isinstance(qs, str) and is_plain(qs):
        return [
            (name, value)
            for piece in qs.replace(";", "&").split("&")
            for name, _, value in [piece.partition("=")]
            if name and (value or keep_blank_values)
        ]
    data = qs.encode("utf-8", "surrogateescape") if isinstance(qs, str) else qs
    pairs = []
    for piece in data.replace(b";", b"&").split(b"&"):
        name, _, value = piece.partition(b"=")
        if name and (value or keep_blank_values):
            pairs.append((_unquoted(name), _unquoted(value)))
    return pairs


def parse_qs(qs: str | bytes, keep_blank_values: int = 0, strict_parsing: int = 0) -> dict[str, list[str]]:
    """Take a query string apart: a list of values for each name."""
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(qs, keep_blank_values, strict_parsing):
        values.setdefault(name, []).append(value)
    return values


class Field:
    """An input of a form that is an uploaded file."""

    def __init__(self, name: str, file: Any = None, headers: dict[str, str] | None = None) -> None:
        self._describe(name, headers or {})
        self.file = file

    def _describe(self, name: str, headers: dict[str, str]) -> None:
        self.name = name
        self.headers = headers
        self.disposition, self.disposition_options = options_of(headers.get("content-disposition", ""))
        self.type, self.type_options = options_of(headers.get("content-type", "text/plain"))
        self.filename: str | None = self.disposition_options.get("filename")

    @property
    def value(self) -> bytes:
        """The whole content."""
        self.file.seek(0)
        content: bytes = self.file.read()
        self.file.seek(0)
        return content

    def __repr__(self) -> str:
        return f"Field({self.name!r}, {self.value!r})"


DESCRIBING = ("headers", "disposition", "disposition_options", "type", "type_options", "filename")


class StringField(str):
    """The value of an input, which is a str with the attributes of a `Field`.

    mod_python on Python 3 gives bytes for what comes in a body. Code that is written for that finds them equal, calls
    `decode()`, and sees them in `repr()`.
    """

    # Few fields have these.
    body_parts: tuple[str, ...] = ()
    _headers: dict[str, str] | None = None

    name: str
    headers: dict[str, str]
    disposition: str
    disposition_options: dict[str, str]
    type: str
    type_options: dict[str, str]
    filename: str | None

    def __new__(
        cls, value: str, name: str = "", headers: dict[str, str] | None = None, body_parts: tuple[str, ...] = ()
    ) -> StringField:
        made = str.__new__(cls, value)
        made.name = name
        if headers is not None:
            made._headers = headers
        if body_parts:
            made.body_parts = body_parts
        return made

    def __getattr__(self, name: str) -> Any:
        """Make what describes the field, which few handlers ask for."""
        if name not in DESCRIBING:
            raise AttributeError(f"a field has no attribute {name!r}")
        Field._describe(self, self.name, self._headers or {})  # type: ignore[arg-type]
        return self.__dict__[name]

    def __eq__(self, other: object) -> bool:
        return self.encode("utf-8") == other if isinstance(other, bytes) else str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__

    @property
    def value(self) -> str:
        """The value as a plain str."""
        return str(self)

    def __str__(self) -> str:
        return str.__str__(self)

    @property
    def file(self) -> BytesIO:
        """The value as a file."""
        return BytesIO(self.encode("utf-8"))

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Give the value: for code that expects bytes, which mod_python gave for some bodies."""
        return str(self)

    def __repr__(self) -> str:
        shown = {"name": self.name, "value": str(self)}
        name, value = (
            repr(text.encode("utf-8") if part in self.body_parts else text) for part, text in shown.items()
        )
        return f"Field({name}, {value})"


class CountedText(BytesIO):
    """The text of an input while it is read."""

    def __init__(self, count: Callable[[int], None]) -> None:
        super().__init__()
        self._count = count

    def write(self, data: Any, /) -> int:
        """Take a piece. Raises what `count` raises."""
        self._count(len(data))
        return super().write(data)


def limits_of(settings: Settings) -> tuple[int, int]:
    """Give the most fields and bytes of text. Raises `ValueError`."""
    known: tuple[int, int] | None = settings.made.get(__name__)
    if known is None:
        fields = settings.options.get("mod_python.util.max_fields", MOST_FIELDS)
        text = settings.options.get("mod_python.util.max_text", MOST_TEXT)
        known = settings.made[__name__] = int(fields), int(text)
    return known


class FieldStorage:
    """The inputs of a form, from the query and the body.

    Raises `SERVER_RETURN` for a body that is no form's, and for more inputs or text than the options
    mod_python.util.max_fields and mod_python.util.max_text permit.
    """

    # Few forms have these.
    _file_callback: Callable[[str], Any] | None = None
    _field_callback: Callable[[], Any] | None = None
    _index: dict[str, list[Any]]
    _indexed: tuple[list[Any] | None, int] = (None, 0)

    def __init__(
        self,
        req: mp_request,
        keep_blank_values: int = 0,
        strict_parsing: int = 0,
        file_callback: Callable[[str], Any] | None = None,
        field_callback: Callable[[], Any] | None = None,
    ) -> None:
        self._left, self._text_left = limits_of(req._settings())
        if file_callback or field_callback:
            self._file_callback, self._field_callback = file_callback, field_callback
        self._pairs: Sequence[tuple[str, str]] = ()
        if query := req.args:
            self._count(1 + query.count("&") + query.count(";"))
            self._pairs = parse_qsl(query if query.isascii() else query.encode("latin-1"), keep_blank_values)
        if req.method in ("GET", "HEAD"):
            return
        kind, words = options_of(req.headers_in.get("content-type", "application/x-www-form-urlencoded"))
        if kind == "application/x-www-form-urlencoded":
            text = self._text_of_body(req)
            self._count(1 + text.count(b"&") + text.count(b";") if text else 0)
            for name, value in parse_qsl(text, keep_blank_values):
                self.list.append(StringField(value, name, body_parts=("name", "value")))
        elif kind.startswith("multipart/"):
            self._add_parts(req, words.get("boundary", ""), keep_blank_values)
        else:
            raise apache.SERVER_RETURN(apache.HTTP_NOT_IMPLEMENTED)

    def __getattr__(self, name: str) -> Any:
        """Make the list at its first use: who has the pairs of the query does not need it."""
        if name != "list":
            raise AttributeError(f"a form has no attribute {name!r}")
        self.list: list[Any] = [StringField(value, name) for name, value in self._pairs]
        return self.list

    def pairs(self) -> Sequence[tuple[str, str]] | None:
        """Give the names and values, if all come from the query and nobody has made fields of them."""
        return None if "list" in self.__dict__ else self._pairs

    def _count(self, fields: int) -> None:
        """Count inputs before they are made: empty ones cost a client nothing."""
        self._left -= fields
        if self._left < 0:
            raise apache.SERVER_RETURN(apache.HTTP_REQUEST_ENTITY_TOO_LARGE)

    def _text_of_body(self, req: mp_request) -> bytes:
        text = BytesIO()
        while piece := req.read(PIECE):
            self._count_text(len(piece))
            text.write(piece)
        return text.getvalue()

    def _count_text(self, size: int) -> None:
        self._text_left -= size
        if self._text_left < 0:
            raise apache.SERVER_RETURN(apache.HTTP_REQUEST_ENTITY_TOO_LARGE)

    def _add_parts(self, req: mp_request, boundary: str, keep_blank_values: int) -> None:
        try:
            for headers, sink in parts_of(req.read, boundary.encode("utf-8", "surrogateescape"), self._sink_for):
                self._add_part(headers, sink, keep_blank_values)
        except MalformedBody as error:
            req.log_error(f"FieldStorage: {error}", apache.APLOG_INFO)
            raise apache.SERVER_RETURN(apache.HTTP_BAD_REQUEST) from error

    def _sink_for(self, headers: dict[str, str]) -> Any:
        self._count(1)
        self._count_text(sum(map(len, headers.values())))
        _, options = options_of(headers.get("content-disposition", ""))
        if "filename" in options:
            if self._file_callback:
                return self._file_callback(options["filename"])
            return tempfile.SpooledTemporaryFile(LARGEST_IN_MEMORY, "w+b")
        return self._field_callback() if self._field_callback else CountedText(self._count_text)

    def _add_part(self, headers: dict[str, str], sink: Any, keep_blank_values: int) -> None:
        _, options = options_of(headers.get("content-disposition", ""))
        name = options.get("name")
        if name is None:
            return
        sink.seek(0)
        if "filename" in options or self._field_callback:
            self.list.append(Field(name, sink, headers))
            return
        value = text_of(sink.getvalue())
        if value or keep_blank_values:
            self.list.append(StringField(value, name, headers, ("value",)))

    def _named(self, name: str | bytes) -> list[Any]:
        return list(self.by_name().get(name.decode("utf-8", "replace") if isinstance(name, bytes) else name, ()))

    def by_name(self) -> dict[str, list[Any]]:
        """Give the inputs by their names. The list is public: what others have added to it is there too."""
        known, count = self._indexed
        now = len(self.list)
        if known is self.list and count == now:
            return self._index
        if known is not self.list or count > now:
            self._index, count = {}, 0
        for field in self.list[count:]:
            self._index.setdefault(field.name, []).append(field)
        self._indexed = self.list, now
        return self._index

    def add_field(self, name: str, value: Any) -> None:
        """Add an input; others of the name stay."""
        if isinstance(value, Field):
            value.name = name
            self.list.append(value)
        elif hasattr(value, "read"):
            self.list.append(Field(name, value))
        else:
            self.list.append(StringField(text_of(value) if isinstance(value, bytes) else str(value), name))

    def clear(self) -> None:
        """Remove all inputs."""
        self.list = []

    def get(self, name: str | bytes, default: Any = None) -> Any:
        """Give the value, a list of several values, or the default."""
        found = self._named(name)
        return default if not found else found[0] if len(found) == 1 else found

    def getfirst(self, name: str | bytes, default: Any = None) -> Any:
        """Give the first value, or the default."""
        found = self._named(name)
        return found[0] if found else default

    def getlist(self, name: str | bytes) -> list[Any]:
        """Give all values."""
        return self._named(name)

    def keys(self) -> list[str]:
        """Give the names, each once."""
        return list(self.by_name())

    def items(self) -> list[tuple[str, Any]]:
        """Give pairs of a name and a value, one for each value."""
        return [(field.name, field) for field in self.list]

    def has_key(self, name: str | bytes) -> bool:
        """Is there an input of this name?"""
        return (name.decode("utf-8", "replace") if isinstance(name, bytes) else name) in self.by_name()

    __contains__ = has_key

    def __getitem__(self, name: str | bytes) -> Any:
        found = self._named(name)
        if not found:
            raise KeyError(name)
        return found[0] if len(found) == 1 else found

    def __setitem__(self, name: str, value: Any) -> None:
        if name in self:
            del self[name]
        self.add_field(name, value)

    def __delitem__(self, name: str | bytes) -> None:
        found = self._named(name)
        if not found:
            raise KeyError(name)
        self.list = [field for field in self.list if field.name != found[0].name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.keys())

    def __bool__(self) -> bool:
        return bool(self.list)


def redirect(req: mp_request, location: str, permanent: int = 0, text: str | None = None) -> None:
    """Send the client elsewhere. Raises `SERVER_RETURN` with DONE, and `OSError` when the response has begun."""
    if req.sent_bodyct:
        raise OSError("the response has begun: it can't be a redirect any more")
    req.err_headers_out["Location"] = location
    req.status = apache.HTTP_MOVED_PERMANENTLY if permanent else apache.HTTP_MOVED_TEMPORARILY
    if text is None:
        link = html.escape(location)
        req.content_type = "text/html"
        text = f'<p>The document has moved <a href="{link}">here</a></p>\n'
    req.write(text)
    raise apache.SERVER_RETURN(apache.DONE)
