"""What Tonemark is made of, and how it behaves."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from . import environment

__all__ = [
    "AUTH_USER_MODEL",
    "DEFAULT_AUTO_FIELD",
    "DEVICE",
    "FOLDERS",
    "FORMAT_MODULE_PATH",
    "INSTALLED_APPS",
    "KEEP_ACTIVATIONS",
    "LANGUAGES",
    "LANGUAGE_CODE",
    "LOGIN_REDIRECT_URL",
    "LOGIN_URL",
    "LOGOUT_REDIRECT_URL",
    "MAX_DURATION_SECONDS",
    "MAX_UPLOAD_BYTES",
    "MIDDLEWARE",
    "MUSIC_ANALYSIS",
    "REGISTRATIONS_AN_HOUR",
    "REGISTRATION_OPEN",
    "ROOT_URLCONF",
    "STORAGE_QUOTA_BYTES",
    "TAG_VERDICTS",
    "TEMPLATES",
    "TIME_ZONE",
    "TORCH_THREADS",
    "TRAINING_DATA",
    "TRAIN_AFTER_VERDICTS",
    "USE_TZ",
    "WEBHOOK_PRIVATE_ADDRESSES",
    "WORKER_IDLE_SECONDS",
    "WSGI_APPLICATION",
]

MAX_UPLOAD_BYTES = environment.whole("MAX_UPLOAD_BYTES", 2 * 1024**3, least=1)
MAX_DURATION_SECONDS = environment.whole("MAX_DURATION_SECONDS", 4 * 60 * 60, least=1)
REGISTRATION_OPEN = environment.switch("REGISTRATION_OPEN", False)
# A family or a class behind one address can still begin together.
REGISTRATIONS_AN_HOUR = environment.whole("REGISTRATIONS_AN_HOUR", 20)
# Where anybody may come, nobody may fill the disk alone: 10 GB are some 1,500 songs.
STORAGE_QUOTA_BYTES = environment.whole(
    "STORAGE_QUOTA_BYTES", 10 * 1024**3 if REGISTRATION_OPEN else 0
)
MUSIC_ANALYSIS = environment.switch("MUSIC_ANALYSIS", True)
KEEP_ACTIVATIONS = environment.switch("KEEP_ACTIVATIONS", True)
WEBHOOK_PRIVATE_ADDRESSES = environment.switch("WEBHOOK_PRIVATE_ADDRESSES", False)
DEVICE = environment.choice("DEVICE", "auto", ["auto", "cpu", "cuda"])
# None: one fewer than the machine has cores.
TORCH_THREADS = environment.whole("TORCH_THREADS", 0) or None
# A pause within an evening of music is shorter; a worker is there again after seconds.
WORKER_IDLE_SECONDS = environment.whole("WORKER_IDLE_SECONDS", 600)
TRAINING_DATA = environment.folders("TRAINING_DATA")
# Below these, folders of music may be read where they lie.
FOLDERS = environment.roots("FOLDERS")
TAG_VERDICTS = environment.whole("TAG_VERDICTS", 30, least=2)
TRAIN_AFTER_VERDICTS = environment.whole("TRAIN_AFTER_VERDICTS", 100, least=1)

INSTALLED_APPS = [
    "tagger",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_htmx",
    "django_celery_beat",
    "csp",
    "axes",
]
MIDDLEWARE = [
    "tagger.platform.http.request_id.RequestIdMiddleware",
    "tagger.platform.http.access_log.AccessLogMiddleware",
    "tagger.platform.http.private_cache.PrivateCacheMiddleware",
    "tagger.platform.http.compression.CompressionMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tagger.platform.http.clean_text.CleanTextMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
ROOT_URLCONF = "webapp.urls"
WSGI_APPLICATION = "webapp.wsgi.application"
AUTH_USER_MODEL = "tagger.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "web:sign-in"
LOGIN_REDIRECT_URL = "web:library"
LOGOUT_REDIRECT_URL = "web:sign-in"

LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = "webapp.formats"
LANGUAGES = [("en", _("English")), ("de", _("German"))]
TIME_ZONE = environment.time_zone("TIME_ZONE", "UTC")
USE_TZ = True
