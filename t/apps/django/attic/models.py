"""The things in the attic."""

from __future__ import annotations

from django.db import models


class Thing(models.Model):
    name = models.CharField(max_length=100)
    picture = models.FileField(upload_to="pictures", blank=True)

    def __str__(self) -> str:
        return self.name
