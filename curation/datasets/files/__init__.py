"""Rows out of uploaded files: which container a file is, and its rows one by one in flat memory."""

from __future__ import annotations

from curation.datasets.files.containers import RawRow, SourceFile, open_source

__all__ = ["RawRow", "SourceFile", "open_source"]
