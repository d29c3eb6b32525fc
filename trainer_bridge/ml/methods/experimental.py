"""Trainers that the library may change or take away in any release: asked for by name, refused in a sentence."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from typing import Any

import torch

from trainer_bridge.ml.errors import RefusedError

CHECKED_VERSION = "1.16.0"
"""The release whose trainers were read and tested."""


def experimental(module: str, title: str) -> Any:
    """``trl.experimental.<module>``; raises :class:`RefusedError` where the installed release has no such trainer."""
    # The library would print on every import what this module's first line says.
    os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")
    try:
        return import_module(f"trl.experimental.{module}")
    except ImportError:
        raise RefusedError(
            f"The installed TRL ({version('trl')}) has no {title} trainer; install trl=={CHECKED_VERSION}, "
            "or choose another method."
        ) from None


def check_formula(
    title: str,
    computed: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    wanted: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
) -> None:
    """Raises :class:`RefusedError` unless the library's loss of two pairs is the one this application names so."""
    chosen, rejected = torch.tensor([-1.2, -2.5]), torch.tensor([-1.3, -0.7])
    if not torch.allclose(computed(chosen, rejected).cpu(), wanted(chosen, rejected), atol=1e-5):
        raise RefusedError(
            f"The installed TRL ({version('trl')}) computes another {title} loss than release {CHECKED_VERSION}, "
            f"which this application was tested with; install trl=={CHECKED_VERSION}."
        )
