"""A recipe on another version: its signals are columns of one version, the other has its own of the same kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from curation.domain.recipe_steps import signals_used, steps_as_json
from curation.models import DatasetVersion, Signal
from curation.recipes.preview import steps_checked
from curation.signals.choices import SignalState
from curation.signals.registry import KINDS


@dataclass(frozen=True)
class WantedSignal:
    """A signal of which the version has none yet: what `signal_request` takes."""

    name: str
    kind: str
    params: dict[str, Any]


@dataclass
class ReboundRecipe:
    """Steps that name a version's own signals, as far as it has ready ones that answer the same question."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    wanted: list[WantedSignal] = field(default_factory=list)
    # Being computed, or made from one that is.
    waiting: list[str] = field(default_factory=list)
    # Failed or cancelled on this version.
    failed: list[Signal] = field(default_factory=list)
    # Ids of signals that do not exist in this project.
    unknown: list[int] = field(default_factory=list)

    @property
    def is_ready(self) -> bool:
        return not (self.wanted or self.waiting or self.failed or self.unknown)


def recipe_rebound(raw_steps: Any, version: DatasetVersion) -> ReboundRecipe:
    """A recipe's steps with each signal replaced by the version's own of the same kind and parameters.

    Raises UnprocessableError for steps that cannot be used on any version.
    """
    steps = steps_checked(raw_steps)
    counterparts = _Counterparts(version)
    numbers = {signal_id: counterparts.number_for(signal_id) for signal_id in signals_used(steps)}
    found = counterparts.found
    found.steps = _renumbered(steps_as_json(steps), {old: new for old, new in numbers.items() if new is not None})
    return found


def _renumbered(plain: Any, numbers: dict[int, int]) -> Any:
    """As JSON reads back: lists for tuples, so that it equals what was stored."""
    if isinstance(plain, list | tuple):
        return [_renumbered(each, numbers) for each in plain]
    if isinstance(plain, dict):
        return {
            key: numbers.get(value, value)
            if key == "signal" and isinstance(value, int)
            else _renumbered(value, numbers)
            for key, value in plain.items()
        }
    return plain


class _Counterparts:
    def __init__(self, version: DatasetVersion) -> None:
        self._version = version
        self._own = list(Signal.objects.filter(dataset_version=version).order_by("-pk"))
        self._numbers: dict[int, int | None] = {}
        self.found = ReboundRecipe()

    def number_for(self, signal_id: int) -> int | None:
        """The ready signal of the version that stands for another; without one, `found` says why."""
        if signal_id not in self._numbers:
            self._numbers[signal_id] = self._look(signal_id)
        return self._numbers[signal_id]

    def _look(self, signal_id: int) -> int | None:
        signal = Signal.objects.filter(
            pk=signal_id, dataset_version__dataset__project=self._version.dataset.project_id
        ).first()
        if signal is None:
            self.found.unknown.append(signal_id)
            return None
        params = self._params(signal)
        if params is None:
            self.found.waiting.append(signal.name)
            return None
        same = [each for each in self._own if each.kind == signal.kind and each.params == params]
        for state in (SignalState.READY, SignalState.QUEUED):
            match = next((each for each in same if each.state == state), None)
            if match is None:
                continue
            if state == SignalState.READY:
                return match.pk
            self.found.waiting.append(match.name)
            return None
        if same:
            self.found.failed.append(same[0])
        else:
            self.found.wanted.append(WantedSignal(signal.name, signal.kind, params))
        return None

    def _params(self, signal: Signal) -> dict[str, Any] | None:
        """The signal's parameters with the signals among them replaced too; None while one of those is not there."""
        properties = KINDS[signal.kind].params_schema.get("properties", {}) if signal.kind in KINDS else {}
        params = dict(signal.params)
        for name, schema in properties.items():
            if name not in params or params[name] is None:
                continue
            if schema.get("format") == "signal":
                replaced: Any = self.number_for(params[name])
            elif schema.get("items", {}).get("format") == "signal":
                replaced = [self.number_for(each) for each in params[name]]
            else:
                continue
            if replaced is None or (isinstance(replaced, list) and None in replaced):
                return None
            params[name] = replaced
        return params
