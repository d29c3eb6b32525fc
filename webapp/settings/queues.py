"""Celery carries job ids and nothing else; the broker may lose every message without losing work."""

from __future__ import annotations

from webapp.settings.env import env

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="redis://127.0.0.1:6379/0")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TIMEZONE = "UTC"
# kombu's defaults bring a killed worker's message back after an hour; our own sweep is quicker still.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600 * 12,
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
    "retry_on_timeout": True,
}
CELERY_BEAT_SCHEDULE = {
    "jobs-sweep": {"task": "webapp.jobs.sweep", "schedule": 5.0, "options": {"expires": 5}},
    "leases-expire": {"task": "annotation.expire_leases", "schedule": 15.0, "options": {"expires": 15}},
    "snapshots-refresh": {"task": "curation.refresh_snapshots", "schedule": 10.0, "options": {"expires": 10}},
    "api-housekeeping": {"task": "webapp.api.housekeeping", "schedule": 3600.0},
}
JOB_QUEUES = ("default", "ml", "train")
