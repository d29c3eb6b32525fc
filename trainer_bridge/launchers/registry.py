"""The launchers this installation offers, in the operator's order."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from trainer_bridge.choices import LauncherName
from trainer_bridge.launchers.base import Launcher
from trainer_bridge.launchers.kubernetes import KubernetesLauncher
from trainer_bridge.launchers.local import LocalLauncher
from trainer_bridge.launchers.manual import ManualLauncher
from trainer_bridge.launchers.ray import RayLauncher
from trainer_bridge.launchers.slurm import SlurmLauncher

_MAKERS: dict[str, Callable[[], Launcher]] = {
    LauncherName.LOCAL: LocalLauncher,
    LauncherName.SLURM: SlurmLauncher,
    LauncherName.KUBERNETES: KubernetesLauncher,
    LauncherName.RAY: RayLauncher,
    LauncherName.MANUAL: ManualLauncher,
}


def launcher_names() -> list[LauncherName]:
    """What PLUMBLINE_LAUNCHERS lists; names it does not know are left out."""
    return [LauncherName(name) for name in settings.TRAIN_LAUNCHERS if name in _MAKERS]


def launcher_for(name: str) -> Launcher:
    """A launcher by its name, also one that is no longer offered: its runs must still be found."""
    return _MAKERS[name]()
