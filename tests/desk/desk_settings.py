"""The desk's own settings, on a workspace that lasts as long as the test run."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

FOLDER = Path(tempfile.mkdtemp(prefix="tearline-desk-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
os.environ["TEARLINE_WORKSPACE"] = str(FOLDER / "workspace")

from tearline.desk.settings import *  # noqa: E402, F403 - after the folder is named

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # argon2 is slow on purpose
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STORAGES = {  # the tests' own server knows files by their plain names alone
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
