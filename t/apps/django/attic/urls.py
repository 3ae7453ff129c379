"""The admin, and the pictures as files."""

from __future__ import annotations

from attic.models import Thing
from django.contrib import admin
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.urls import path


def picture(request, name):
    return FileResponse(get_object_or_404(Thing, name=name).picture.open())


urlpatterns = [path("admin/", admin.site.urls), path("picture/<name>", picture)]
