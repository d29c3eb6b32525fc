"""The Django project and the shared kernel every room stands on."""

from webapp.celery import app as celery_app

__all__ = ["celery_app"]
