"""One git repository behind klaus, which shows it to people and lets dulwich talk to git."""

from __future__ import annotations

import os

import klaus


def make():
    repository = os.path.join(os.environ["KLAUS_PLACE"], "attic.git")
    return klaus.make_app([repository], "the attic", use_smarthttp=True, unauthenticated_push=True)
