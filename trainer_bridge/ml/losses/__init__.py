"""Losses as plain functions of tensors, one value a row: what METHODS §10.2 prints, and nothing of any trainer."""
