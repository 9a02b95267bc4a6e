"""Where data lives. All of it is under one folder unless an operator moves the media."""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from . import environment

__all__ = [
    "BASE_DIR",
    "DATA_DIR",
    "FILE_UPLOAD_HANDLERS",
    "FILE_UPLOAD_TEMP_DIR",
    "LOCALE_PATHS",
    "MEDIA_ROOT",
    "MODELS_ROOT",
    "NODE_FILES",
    "NODE_MODULES",
    "STATICFILES_DIRS",
    "STATICFILES_FINDERS",
    "STATIC_ROOT",
    "STATIC_URL",
    "WHITENOISE_SKIP_COMPRESS_EXTENSIONS",
]


def prepared(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"{folder} cannot be made: {error.strerror}. Give this user write access to it, "
            "or set TONEMARK_DATA_DIR (and TONEMARK_MEDIA_ROOT) to another folder."
        ) from error
    return folder


BASE_DIR = Path(__file__).resolve().parents[2]
DATA_DIR = environment.folder("DATA_DIR", BASE_DIR / "var")
MEDIA_ROOT = prepared(environment.folder("MEDIA_ROOT", DATA_DIR / "media"))
MODELS_ROOT = prepared(DATA_DIR / "models")
# Within the media folder, so that to store an upload is to rename it.
FILE_UPLOAD_TEMP_DIR = prepared(MEDIA_ROOT / ".incoming")
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "tagger.platform.http.upload_handler.TidyUploadHandler",
]

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "webapp.node_packages.NodePackageFinder",
]
NODE_MODULES = BASE_DIR / "node_modules"
NODE_FILES = [
    ("vendor/pico", "@picocss/pico/css/pico.min.css"),
    ("vendor/tus", "tus-js-client/dist/tus.min.js"),
    # The script names its map, and a script that names a missing file is not collected.
    ("vendor/tus", "tus-js-client/dist/tus.min.js.map"),
    ("vendor/uplot", "uplot/dist/uPlot.esm.js"),
    ("vendor/uplot", "uplot/dist/uPlot.min.css"),
    ("vendor/wavesurfer", "wavesurfer.js/dist/wavesurfer.esm.js"),
]
# Maps and sources of packages are for debuggers; the fonts are compressed already.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [
    "map",
    "png",
    "jpg",
    "gif",
    "ico",
    "woff",
    "woff2",
    "br",
    "gz",
]
LOCALE_PATHS = [BASE_DIR / "tagger" / "locale"]
