"""What a judge says of requests: a rubric or a checklist drafted for each, which people may edit."""

from __future__ import annotations

from curation.judges.signal_kind import JudgeSignal
from curation.signals.kinds.base import Column, Level


class JudgeRecordsSignal(JudgeSignal):
    kind = "judge_records"
    title = "AI judge, requests"
    description = (
        "A judge of the project reads each request alone and drafts what a good response to it does, as a rubric or a "
        "checklist that people edit and other judges use."
    )
    level: Level = "record"
    columns: tuple[Column, ...] = (Column("draft", "Draft", "text"),)
