from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, Literal, final

from . import Level
from .connection import Connection
from .headers import Headers
from .server import Server

FileType = Literal["none", "file", "dir", "link", "other"]

@final
class Request:
    """A request (httpd's request_rec). Iterating gives the lines of its body."""

    # The request line
    @property
    def the_request(self) -> str:
        """The request line as received."""
    @property
    def method(self) -> str:
        """The method, for example 'GET'."""
    @property
    def unparsed_uri(self) -> str:
        """The target as received."""
    uri: str
    """The path of the target, decoded. Writable."""
    args: str | None
    """The query string, not decoded, or None. Writable."""
    path_info: str | None
    """What follows the file's path (str | None). Writable."""
    @property
    def path_below(self) -> str:
        """What of `uri` lies below the place where the callable was named."""
    @property
    def protocol(self) -> str:
        """The protocol as received, for example 'HTTP/1.1'."""
    @property
    def proto_num(self) -> int:
        """The protocol as 1000 * major + minor."""
    @property
    def hostname(self) -> str | None:
        """The host the client asked for (str | None)."""
    @property
    def header_only(self) -> bool:
        """True for HEAD: only the headers will be sent."""
    @property
    def range(self) -> str | None:
        """The Range header (str | None)."""
    # Where it leads
    filename: str | None
    """The file the target is mapped to (str | None). Writable."""
    @property
    def canonical_filename(self) -> str | None:
        """The same without symbolic links (str | None)."""
    @property
    def file_type(self) -> FileType:
        """What `filename` is: 'none', 'file', 'dir', 'link' or 'other'."""
    @property
    def file_size(self) -> int:
        """Its size in bytes, 0 if there is no file."""
    @property
    def document_root(self) -> str | None:
        """DocumentRoot."""
    @property
    def context_prefix(self) -> str | None:
        """The URL prefix of the mapping, Alias for example."""
    @property
    def context_document_root(self) -> str | None:
        """The directory that prefix is mapped to."""
    handler: str | None
    """The handler's name (str | None). Writable before the handler phase."""
    proxyreq: int
    """0, or 1 for a forward, 2 for a reverse proxy request. Writable."""
    # Who asks
    user: str | None
    """The authenticated user (str | None). Writable."""
    auth_type: str | None
    """How the user was authenticated, 'Basic' for example. Writable."""
    @property
    def auth_name(self) -> str | None:
        """AuthName (str | None)."""
    @property
    def some_auth_required(self) -> bool:
        """True if a user must be authenticated here."""
    @property
    def basic_auth_user(self) -> str | None:
        """The user of a Basic Authorization header, or None."""
    @property
    def basic_auth_password(self) -> str | None:
        """Its password, or None. No side effects."""
    @property
    def useragent_ip(self) -> str:
        """The client's address, as mod_remoteip sees it."""
    @property
    def useragent_port(self) -> int:
        """The client's port."""
    @property
    def remote_host(self) -> str | None:
        """The client's name if HostnameLookups found one (str | None)."""
    # What is answered
    status: int
    """The status of the response, 200 to 599. Writable."""
    status_line: str | None
    """The status with a reason of one's own, '404 Gone fishing' (str | None). Writable."""
    content_type: str | None
    """Content-Type of the response. Writable."""
    content_encoding: str | None
    """Content-Encoding of the response (str | None). Writable."""
    content_languages: list[str]
    """Content-Language of the response, a list. Set as a whole."""
    mtime: float
    """When the content last changed, in seconds. Writable."""
    no_cache: bool
    """The response must not be cached. Writable."""
    no_local_copy: bool
    """No 304 for it. Writable."""
    @property
    def bytes_sent(self) -> int:
        """Bytes of the body sent so far."""
    # The request as a whole
    @property
    def ended(self) -> bool:
        """True once the request has ended; never raises."""
    @property
    def request_time(self) -> float:
        """When the request began, in seconds since the epoch."""
    @property
    def log_id(self) -> str | None:
        """The id under which the error log lists the request."""
    @property
    def traceparent(self) -> str | None:
        """Its W3C trace context, or None without PyHookTrace."""
    @property
    def phase(self) -> str | None:
        """The name of the phase that is running."""
    @property
    def interpreter(self) -> str:
        """The name of the interpreter that runs it."""
    @property
    def is_initial(self) -> bool:
        """False for sub-requests and internal redirects."""
    @property
    def is_https(self) -> bool:
        """True under TLS."""
    @property
    def server_name(self) -> str:
        """The name for URLs that point to the server (UseCanonicalName)."""
    @property
    def port(self) -> int:
        """The port for such URLs."""
    @property
    def limit_request_body(self) -> int:
        """LimitRequestBody in bytes, 0 for none."""
    @property
    def main(self) -> Request | None:
        """For a sub-request the one it belongs to, otherwise None."""
    @property
    def prev(self) -> Request | None:
        """For an internal redirect the request before it, otherwise None."""
    @property
    def next(self) -> Request | None:
        """The request this one was redirected to internally, or None."""
    @property
    def connection(self) -> Connection:
        """The client's connection (Connection)."""
    @property
    def server(self) -> Server:
        """The server or virtual host (Server)."""
    # Its tables
    @property
    def headers_in(self) -> Headers:
        """The request's headers (Headers)."""
    @property
    def headers_out(self) -> Headers:
        """Headers of a successful response."""
    @property
    def err_headers_out(self) -> Headers:
        """Headers of every response, errors and internal redirects included."""
    @property
    def trailers_in(self) -> Headers:
        """Trailers of the request's body."""
    @property
    def trailers_out(self) -> Headers:
        """Trailers of the response's body."""
    @property
    def subprocess_env(self) -> Headers:
        """Environment variables for CGI, SSI and logs (Headers)."""
    @property
    def notes(self) -> Headers:
        """Notes from one module to another (Headers)."""
    @property
    def options(self) -> Mapping[str, str]:
        """PyHookOption values of this location, read-only."""
    @property
    def state(self) -> SimpleNamespace:
        """A namespace that lives with the request, for all its phases."""
    # Its body
    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes of the body, all of it by default; b'' at its end. Raises BodyError."""
    def readline(self, size: int = -1) -> bytes:
        """The next line of the body with its end; b'' at its end."""
    def readlines(self, hint: int = -1) -> list[bytes]:
        """The lines of the body, until `hint` bytes are reached."""
    def __iter__(self) -> Iterator[bytes]: ...
    def __next__(self) -> bytes: ...
    def aread(self, size: int = -1) -> Awaitable[bytes]:
        """In a coroutine: await it for up to `size` bytes of the body, all of it by default. Raises BodyError."""
    def aread1(self) -> Awaitable[bytes]:
        """In a coroutine: await it for the bytes that come next, 64 KB at most; b'' at the end."""
    def __aiter__(self) -> AsyncIterator[bytes]: ...
    def discard_request_body(self) -> None:
        """Read the body and throw it away."""
    # The response
    def write(self, data: bytes | bytearray | memoryview | str) -> None:
        """Send a piece of the body: bytes, or str as UTF-8. Raises ConnectionError when the client has gone."""
    def awrite(self, data: bytes | bytearray | memoryview | str) -> Awaitable[None]:
        """In a coroutine: await it for a piece of the body to be on its way. Raises ConnectionError."""
    def flush(self) -> None:
        """Send what has been written so far."""
    def sendfile(self, path: str, offset: int = 0, length: int = -1) -> int:
        """Send a file or a part of it; gives the number of bytes. Raises OSError."""
    def set_content_length(self, length: int) -> None:
        """Set Content-Length."""
    def set_last_modified(self, mtime: float | None = None) -> None:
        """Set Last-Modified from `mtime`, if that is later, given in seconds."""
    def set_etag(self) -> None:
        """Set ETag from the file, as FileETag says."""
    def meets_conditions(self) -> int:
        """OK, or the status (304, 412) that If-Match and its like ask for."""
    def send_interim_response(self, status: int) -> None:
        """Send a 1xx response with headers_out, which it empties (103: Early Hints)."""
    def custom_response(self, status: int, text: str) -> None:
        """For this request answer errors of `status` with a text or a URL, as ErrorDocument does."""
    def allow_methods(self, methods: Iterable[str], replace: bool = False) -> None:
        """Add to the methods that the Allow header names."""
    # Going elsewhere
    def internal_redirect(self, uri: str) -> None:
        """Answer with another URL of this server, as if the client had asked for it."""
    def lookup_uri(self, uri: str, method: str = "GET") -> Request:
        """A sub-request for `uri`: mapped to a file and checked for access, not run yet."""
    def lookup_file(self, path: str) -> Request:
        """A sub-request for a file."""
    def run(self) -> int:
        """Run this sub-request: its body goes into the main response. Gives a status."""
    def destroy(self) -> None:
        """End this sub-request now rather than with the main one."""
    # httpd's machinery
    def add_input_filter(self, name: str) -> None:
        """Add a filter to the request's input."""
    def add_output_filter(self, name: str) -> None:
        """Add a filter to the response."""
    def add_cleanup(self, callable: Callable[..., object], *args: Any) -> None:
        """Call callable(*args) when the request ends, after logging."""
    def add_common_vars(self) -> None:
        """Fill subprocess_env with the CGI variables of the server."""
    def add_cgi_vars(self) -> None:
        """Fill subprocess_env with the CGI variables of the request."""
    def construct_url(self, uri: str) -> str:
        """The absolute URL of a path of this server."""
    def note_auth_failure(self) -> None:
        """Set WWW-Authenticate as AuthType asks; return 401 afterwards."""
    def expr(self, expression: str) -> bool:
        """Is httpd's expression true for this request? Raises ValueError."""
    def expr_string(self, expression: str) -> str:
        """The value of httpd's string expression."""
    def ssl_var(self, name: str) -> str | None:
        """A variable of the TLS module, SSL_PROTOCOL for example, or None."""
    def log(self, message: str, level: Level = "info") -> None:
        """Write to the error log as part of this request."""
