"""Every table of the room; one module per noun."""

from __future__ import annotations

from curation.models.datasets import AnnotatorPseudonym, Dataset, DatasetVersion, Import

__all__ = ["AnnotatorPseudonym", "Dataset", "DatasetVersion", "Import"]
