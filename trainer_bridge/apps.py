from __future__ import annotations

from django.apps import AppConfig


class TrainerBridgeConfig(AppConfig):
    name = "trainer_bridge"

    def ready(self) -> None:
        # Signals and judges are below this room and ask for registered models through this hook.
        from curation.signals.model_resolution import register_lister, register_resolver
        from trainer_bridge.selectors.registry import model_resolve, models_listed

        register_resolver(model_resolve)
        register_lister(models_listed)
