"""Applications, middleware, templates, static files and where the store lives."""

from __future__ import annotations

from webapp.settings.env import BASE_DIR, DATA_DIR, env

DEBUG = False
SECRET_KEY = env.str("PLUMBLINE_SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("PLUMBLINE_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "allauth",
    "allauth.account",
    "axes",
    "csp",
    "django_structlog",
    "django_prometheus",
    "webapp.accounts",
    "webapp.projects",
    "webapp.jobs",
    "webapp.api",
    "annotation",
    "curation",
    "trainer_bridge",
    "demo",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "webapp.api.security_headers.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "webapp.urls"
WSGI_APPLICATION = "webapp.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "webapp" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

LANGUAGE_CODE = "en"
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

FRONTEND_DIST = BASE_DIR / "frontend" / "dist"
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [("app", FRONTEND_DIST)] if FRONTEND_DIST.is_dir() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}

# Any fsspec URL; the local default keeps Parquet parts next to the embedded database.
STORE_URL = env.str("PLUMBLINE_STORE_URL", default=f"file://{DATA_DIR / 'store'}")

# A folder whose folders admins may train from as `local:NAME`; empty means there are none.
MODELS_DIR = env.str("PLUMBLINE_MODELS_DIR", default="")

# Uploads stream to disk past 1 MiB; the limit is on the whole body, which never sits in memory.
FILE_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 << 20
MAX_UPLOAD_BYTES = env.int("PLUMBLINE_MAX_UPLOAD_BYTES", default=20 << 30)
# DuckDB answers page and filter requests inside web and worker processes; beyond this it spills to disk.
DUCKDB_MEMORY_LIMIT = env.str("PLUMBLINE_DUCKDB_MEMORY_LIMIT", default="1GB")
