"""`SERVER_RETURN`, the exception by which handlers return."""

from __future__ import annotations

from .constants import HTTP_INTERNAL_SERVER_ERROR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class SERVER_RETURN(Exception):  # noqa: N801, N818
    """Ends a handler as if it had returned: `raise SERVER_RETURN(result)`, or `(result, status)`."""

    def apply(self, req: Any) -> Any:
        """Give the result, and set the status if there is one."""
        if len(self.args) > 1 and self.args[1]:
            req.status = self.args[1]
        return self.args[0] if self.args else HTTP_INTERNAL_SERVER_ERROR
