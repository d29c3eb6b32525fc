"""Kinds of jobs by name. Rooms register theirs in `<room>/jobs.py`."""

from __future__ import annotations

from webapp.jobs.handlers import JobHandler

_handlers: dict[str, JobHandler] = {}


def register(handler: JobHandler) -> JobHandler:
    existing = _handlers.get(handler.kind)
    if existing is not None and type(existing) is not type(handler):
        raise RuntimeError(f"Two handlers want the job kind {handler.kind!r}.")
    _handlers[handler.kind] = handler
    return handler


def handler_for(kind: str) -> JobHandler:
    try:
        return _handlers[kind]
    except KeyError:
        raise LookupError(f"No handler is registered for the job kind {kind!r}; is its room installed?") from None
