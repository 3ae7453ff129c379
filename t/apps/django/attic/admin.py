"""The admin's view of the attic."""

from __future__ import annotations

from attic.models import Thing
from django.contrib import admin

admin.site.register(Thing)
