"""What a form for a new run shows: the methods, and their settings as JSON schemas."""

from __future__ import annotations

from typing import Any

from trainer_bridge.domain.methods import METHODS, Method
from trainer_bridge.domain.run_config import SETTINGS, Setting, default_of, setting_named, settings_of

_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}


def training_methods() -> list[dict[str, Any]]:
    """Every method with its losses; settings that matter to some losses only stand with each of those.

    So does a setting of the whole method where a loss has another default than the method's first.
    """
    return [_described(method) for method in METHODS.values()]


def _described(method: Method) -> dict[str, Any]:
    by_loss = {loss.key: {setting.name for setting in settings_of(method.kind, loss.key)} for loss in method.losses}
    special = {name for loss in method.losses for name in loss.settings}
    common = set.union(*by_loss.values()) - special
    first = method.losses[0].key
    otherwise = {
        loss.key: {
            name for name in common - {"loss_type"} if _default(name, method, loss.key) != _default(name, method, first)
        }
        for loss in method.losses
    }
    return {
        "kind": method.kind,
        "title": method.title,
        "description": method.description,
        "makes": "reward" if method.kind == "reward" else "policy",
        "formats": list(method.formats),
        "required": list(method.required),
        "optional": list(method.optional),
        "losses": [
            {
                "key": loss.key,
                "title": loss.title,
                "columns": list(loss.columns),
                "settings": _schema((by_loss[loss.key] & special) | otherwise[loss.key], method, loss.key),
            }
            for loss in method.losses
        ],
        "settings": _schema(common, method, first),
    }


def _default(name: str, method: Method, loss: str) -> Any:
    return default_of(setting_named(name), method.kind, loss)


def _schema(names: set[str], method: Method, loss: str) -> dict[str, Any]:
    properties = {setting.name: _property(setting, method, loss) for setting in SETTINGS if setting.name in names}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _property(setting: Setting, method: Method, loss: str) -> dict[str, Any]:
    bounds = {
        "minimum": setting.least,
        "maximum": setting.most,
        "exclusiveMinimum": setting.above,
        "exclusiveMaximum": setting.below,
    }
    choices = [entry.key for entry in method.losses] if setting.name == "loss_type" else list(setting.choices)
    return {
        "type": _TYPES[setting.type],
        "title": setting.name.replace("_", " ").capitalize(),
        "description": setting.description,
        # Null where leaving it out means something of its own, such as a learning rate that fits the rest.
        "default": default_of(setting, method.kind, loss),
        **{name: bound for name, bound in bounds.items() if bound is not None},
        **({"enum": choices} if choices else {}),
    }
