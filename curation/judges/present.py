"""A judge as it is at present: its protocol's code, its model, and the current versions of its principles."""

from __future__ import annotations

from annotation.selectors.principles import principles_current
from curation.judges.models_of import identity_of
from curation.judges.protocols.registry import protocol_of
from curation.judges.spec import JudgeSpec
from curation.ml.judging.calls import Sampling
from curation.models import Judge


def spec_of(judge: Judge) -> JudgeSpec:
    """Raises ApplicationError where its model is gone."""
    protocol = protocol_of(judge.protocol)
    return JudgeSpec(
        id=judge.pk,
        title=str(judge),
        protocol=judge.protocol,
        options=protocol.options_from(judge.options),
        instructions=judge.instructions,
        principles=tuple(principles_current(judge.project_id, judge.principles)),
        sampling=Sampling(**judge.sampling),
        family=judge.family,
        identity=identity_of(judge),
        prompt_version=protocol.prompt_version,
        protocol_version=protocol.version,
    )
