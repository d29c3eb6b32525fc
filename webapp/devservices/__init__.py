"""Embedded PostgreSQL and Valkey for `./run` and the tests.

Nothing here imports Django: the servers must run before the settings are read.
Production names its own servers by `DATABASE_URL` and `CELERY_BROKER_URL` and never comes here.
"""
