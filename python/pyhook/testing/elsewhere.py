"""Other requests that a fake request leads to: redirects and sub-requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..records.headers import a_token, field_value

if TYPE_CHECKING:
    from .request import FakeRequest


class Elsewhere:
    """The methods of a request that lead to another one."""

    status: Any  # a Field of the whole request
    redirected_to: str | None
    _complete: bool
    _looked_up: bool
    _has_run: bool
    _output: bytearray
    _subrequests: dict[str, FakeRequest]

    def _check(self) -> None:
        raise NotImplementedError

    def _check_incomplete(self) -> None:
        raise NotImplementedError

    def end(self) -> None:
        raise NotImplementedError

    def internal_redirect(self, uri: str) -> None:
        """Record the URI in `redirected_to`; nothing else is run, and the response is complete afterwards. Raises
        `RuntimeError` after the first output.
        """
        self._check_incomplete()
        if self._output:
            raise RuntimeError("the response has begun: a redirect comes before it")
        field_value(uri)
        self.redirected_to = uri
        self._complete = True

    def lookup_uri(self, uri: str, method: str = "GET") -> FakeRequest:
        """Return the request given in `subrequests`, or a new one. Raises `ValueError` for a method that is no
        token.
        """
        self._check()
        field_value(uri)
        a_token(method, "a method's name")
        found = self._subrequests.get(uri) or self._new(method, uri)
        found._fields["main"] = self
        found._looked_up = True
        return found

    def _new(self, method: str, uri: str) -> FakeRequest:
        made: Any = type(self)
        request: FakeRequest = made(method, uri)
        return request

    def lookup_file(self, path: str) -> FakeRequest:
        """Return the request given in `subrequests`, or a new one with this file name."""
        found = self.lookup_uri(path)
        found.filename = path
        return found

    def _check_sub_request(self, what: str) -> None:
        self._check()
        if not self._looked_up:
            raise ValueError(f"only a sub-request, from lookup_uri or lookup_file, can be {what}")

    def run(self) -> int:
        """Return a sub-request's status. Raises `RuntimeError` the second time, `ValueError` if no look-up returned
        it.
        """
        self._check_sub_request("run")
        if self._has_run:
            raise RuntimeError("this sub-request has run: look it up anew")
        self._has_run = True
        status: int = self.status
        return status

    def destroy(self) -> None:
        """End a sub-request. Raises `ValueError` if no look-up returned it."""
        self._check_sub_request("destroyed")
        self.end()
