"""What a virtual tree is described with."""

from __future__ import annotations

import stat

from pyhook import virtual


def test_a_file_is_a_regular_file_of_its_size() -> None:
    found = virtual.file(7, 86400.0)
    assert stat.S_ISREG(found.st_mode) and found.st_size == 7 and found.st_mtime == 86400.0


def test_a_directory_is_a_directory() -> None:
    assert stat.S_ISDIR(virtual.directory().st_mode)
