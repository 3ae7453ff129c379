"""The names of httpd that Python code may give: phases and levels of the log."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _pyhook import Level

phases: tuple[str, ...] = (
    "post_read_request",
    "quick_handler",
    "pre_translate_name",
    "translate_name",
    "map_to_storage",
    "post_perdir_config",
    "header_parser",
    "access_checker",
    "access_checker_ex",
    "check_authn",
    "note_auth_failure",
    "check_authz",
    "type_checker",
    "fixups",
    "insert_filter",
    "insert_error_filter",
    "handler",
    "log_transaction",
)

levels: tuple[str, ...] = (
    *("emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"),
    *(f"trace{depth}" for depth in range(1, 9)),
)


def check_level(level: Level) -> None:
    """Raise `ValueError` for a level that httpd does not have."""
    if level not in levels:
        raise ValueError(f"no level is named {level!r}; there are {', '.join(levels)}")
