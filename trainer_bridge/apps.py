from __future__ import annotations

from django.apps import AppConfig


class TrainerBridgeConfig(AppConfig):
    name = "trainer_bridge"

    def ready(self) -> None:
        # Signals are computed below this room and ask for registered models through this hook.
        from curation.signals.model_resolution import register_resolver
        from trainer_bridge.selectors.registry import model_resolve

        register_resolver(model_resolve)
