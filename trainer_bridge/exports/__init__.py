"""Trainers' file formats: one module per format, found by name in `registry`."""
