"""The kinds of jobs this room runs; the kernel imports this module when it starts."""

from __future__ import annotations

from curation.datasets.fold_job import FoldHandler
from curation.datasets.import_job import ImportHandler
from curation.datasets.queue_job import QueueHandler
from curation.generation.job import GenerateHandler
from curation.judges.labels_job import JudgeLabelsHandler
from curation.judges.trust_job import JudgeTrustHandler
from curation.lab.run_job import LabRunHandler
from curation.signals.compute_job import ModelSignalHandler, SignalHandler
from curation.snapshots.freeze_job import FreezeHandler
from webapp.jobs.registry import register

register(ImportHandler())
register(QueueHandler())
register(FoldHandler())
register(SignalHandler())
register(ModelSignalHandler())
register(FreezeHandler())
register(LabRunHandler())
register(JudgeLabelsHandler())
register(JudgeTrustHandler())
register(GenerateHandler())
