"""The Celery application. Tasks carry ids; see `webapp.jobs` for how work is made durable."""

from __future__ import annotations

import gc
import os

from celery import Celery
from celery.signals import setup_logging, worker_before_create_process
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings.dev")

# What a broker that is away may raise: kombu wraps some errors of its transports and lets others through.
BROKER_ERRORS = (BrokerError, RedisError, OSError)

app = Celery("plumbline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def use_django_logging(**_kwargs: object) -> None:
    """Keep Celery from replacing the structured logging that Django has set up."""
    from logging.config import dictConfig

    from django.conf import settings

    dictConfig(settings.LOGGING)


@worker_before_create_process.connect
def share_memory_with_children(**_kwargs: object) -> None:
    """Keep the collector of pool processes from touching, and so copying, what the worker loaded before the fork."""
    gc.collect()
    gc.freeze()
