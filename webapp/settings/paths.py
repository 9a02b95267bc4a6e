"""Where data lives. All of it is under one folder unless an operator moves the media."""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from . import environment

__all__ = [
    "BASE_DIR",
    "DATA_DIR",
    "FILE_UPLOAD_TEMP_DIR",
    "LOCALE_PATHS",
    "MEDIA_ROOT",
    "MODELS_ROOT",
    "STATICFILES_DIRS",
    "STATIC_ROOT",
    "STATIC_URL",
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

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
_packages = BASE_DIR / "node_modules"
# Only what is used is collected: name in our addresses, folder of the package.
_vendor = {
    "vendor/wavesurfer": _packages / "wavesurfer.js" / "dist",
    "vendor/pico": _packages / "@picocss" / "pico" / "css",
}
STATICFILES_DIRS = [
    BASE_DIR / "static",
    *((name, folder) for name, folder in _vendor.items() if folder.is_dir()),
]
LOCALE_PATHS = [BASE_DIR / "tagger" / "locale"]
