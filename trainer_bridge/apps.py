from __future__ import annotations

from django.apps import AppConfig


class TrainerBridgeConfig(AppConfig):
    name = "trainer_bridge"
