from typing import final

from .connection import Connection
from .request import Request

@final
class Filter:
    """One stream through a filter (httpd's ap_filter_t)."""

    @property
    def ended(self) -> bool:
        """True once the stream has ended; never raises."""
    @property
    def name(self) -> str:
        """The name that the directive gave it."""
    @property
    def is_input(self) -> bool:
        """Does it filter what the client sends?"""
    @property
    def request(self) -> Request:
        """The request whose body passes (Request); RuntimeError in a connection filter."""
    @property
    def connection(self) -> Connection:
        """The client's connection (Connection)."""
    def decline(self) -> None:
        """Leave the stream as it is: the chunk in hand and all that follow pass untouched."""
    def end(self) -> None:
        """End the stream after the next output: what else comes in is thrown away."""
