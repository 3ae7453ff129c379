"""The attic's settings; the views are those of `yard.urls`."""

from __future__ import annotations

from attic.settings import *  # noqa: F403

ROOT_URLCONF = "yard.urls"
