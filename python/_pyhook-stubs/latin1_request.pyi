from .request import Request

class _Latin1Request:
    """A request for interfaces that read httpd's texts as latin-1."""

    def __init__(self, request: Request, /) -> None: ...
    @property
    def pyhook(self) -> Request:
        """pyhook's Request of the same request."""
    @property
    def the_request(self) -> str:
        """The request line as received."""
    @property
    def method(self) -> str:
        """The method, for example 'GET'."""
    @property
    def protocol(self) -> str:
        """The protocol as received, for example 'HTTP/1.1'."""
    @property
    def hostname(self) -> str | None:
        """The host the client asked for (str | None)."""
    @property
    def range(self) -> str | None:
        """The Range header (str | None)."""
    @property
    def unparsed_uri(self) -> str:
        """The target as received."""
    @property
    def content_encoding(self) -> str | None:
        """Content-Encoding of the response (str | None). Writable."""
    @property
    def useragent_ip(self) -> str:
        """The client's address, as mod_remoteip sees it."""
    status_line: str | None
    """The status with a reason of one's own, '404 Gone fishing' (str | None). Writable."""
    uri: str
    """The path of the target, decoded. Writable."""
    filename: str | None
    """The file the target is mapped to (str | None). Writable."""
    canonical_filename: str | None
    """The same without symbolic links (str | None)."""
    path_info: str | None
    """What follows the file's path (str | None). Writable."""
    args: str | None
    """The query string, not decoded, or None. Writable."""
    user: str | None
    """The authenticated user (str | None). Writable."""
    handler: str | None
    """The handler's name (str | None). Writable before the handler phase."""
    ap_auth_type: str | None
    """How the user was authenticated, 'Basic' for example. Writable."""
    content_type: str | None
    """Content-Type of the response."""
    @property
    def _content_type_set(self) -> bool:
        """Has Python set it?"""
    def write(self, data: str | bytes, flush: object = 1) -> None:
        """Send a piece of the body, a str as UTF-8, at once unless `flush` is 0. Raises OSError."""
    def flush(self) -> None:
        """Send what has been written. Raises OSError."""
