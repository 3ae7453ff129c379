"""The settings: sessions in SQLite, and rooms in the memory of one process."""

from __future__ import annotations

import os

SECRET_KEY = "of a test only"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "chat.urls"
USE_TZ = True
TIME_ZONE = None
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.path.join(os.environ["CHAT_PLACE"], "chat.sqlite")}}
INSTALLED_APPS = ["channels", "django.contrib.sessions"]
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware"]
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
