"""Responses written by models: candidates for people and judges to compare."""
