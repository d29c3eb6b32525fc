"""Reads about runs, their curves and their logs."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from trainer_bridge.choices import ExportState, RunState
from trainer_bridge.launchers import launcher_for, launcher_names
from trainer_bridge.models import Run, RunMetric
from trainer_bridge.runs.curves import points_at_the_end
from trainer_bridge.runs.folder import RunFile, files_of, log_tail, samples_of
from trainer_bridge.runs.queueing import place_of
from trainer_bridge.selectors.exports import NOTHING_HERE
from webapp.api.errors import ApplicationError, NotFoundError
from webapp.store.files import store

LOG_LIMIT_BYTES = 200_000
POINTS_LIMIT = 5000


def runs_of(project_id: int, *, ensemble: str = "") -> QuerySet[Run]:
    runs = _with_people(Run.objects.filter(project=project_id))
    return runs.filter(ensemble=ensemble) if ensemble else runs


def run_get(run_id: int) -> Run:
    run = _with_people(Run.objects.filter(pk=run_id)).first()
    if run is None:
        raise NotFoundError(NOTHING_HERE)
    return run


def _with_people(runs: QuerySet[Run]) -> QuerySet[Run]:
    newest = RunMetric.objects.filter(run=OuterRef("pk")).order_by("-step").values("values")[:1]
    return runs.select_related("created_by", "export", "model_version").annotate(newest_values=Subquery(newest))


def run_metrics(run: Run) -> dict[str, float | None]:
    """The last numbers: of the whole run once it made its model, before that of the newest step that logged any."""
    model = getattr(run, "model_version", None)
    if model is not None:
        return dict(model.metrics)
    return dict(getattr(run, "newest_values", None) or {})


def run_project_id(run_id: int) -> int:
    project_id = Run.objects.filter(pk=run_id).values_list("project_id", flat=True).first()
    if project_id is None:
        raise NotFoundError(NOTHING_HERE)
    return project_id


def run_points(run: Run, *, after_step: int) -> list[dict[str, Any]]:
    """The next points of a run's curves as `{"step", "values"}`, at most `POINTS_LIMIT`, in order of steps.

    While it trains, what its worker has not yet copied is read from the end of its own file.
    """
    rows = RunMetric.objects.filter(run=run.pk, step__gt=after_step).order_by("step")[:POINTS_LIMIT]
    points = {row.step: dict(row.values) for row in rows}
    if run.state == RunState.RUNNING and (folder := _folder(run)) is not None:
        for point in points_at_the_end(folder):
            if point["step"] > after_step:
                points.setdefault(point["step"], {}).update(point["values"])
    return [{"step": step, "values": points[step]} for step in sorted(points)[:POINTS_LIMIT]]


def run_log(run: Run) -> str:
    """The end of the trainer's output, at most `LOG_LIMIT_BYTES`; empty before it has started."""
    folder = _folder(run)
    return "" if folder is None else log_tail(folder, limit=LOG_LIMIT_BYTES)


def run_samples(run: Run) -> list[dict[str, Any]]:
    """What the model in training made of the sample prompts: `{"step", "at", "samples"}`, the newest last."""
    folder = _folder(run)
    return [] if folder is None else samples_of(folder)


def run_files(run: Run) -> list[RunFile]:
    """What a run's folder holds for people."""
    folder = _folder(run)
    return [] if folder is None else files_of(folder)


def run_file_path(run: Run, name: str) -> Path:
    """One of the run's listed files. Raises NotFoundError for every other name, inside its folder or out."""
    folder = _folder(run)
    if folder is None or name not in {file.name for file in files_of(folder)}:
        raise NotFoundError(f"This run has no file {name!r}; its list of files names those it has.")
    return folder / name


def _folder(run: Run) -> Path | None:
    return store().local_path(run.folder) if store().is_local else None


def run_note(run: Run) -> str:
    """What a run waits for, or what is odd about it, in a sentence; empty where nothing is."""
    if run.state not in (RunState.QUEUED, RunState.RUNNING):
        return ""
    if run.state == RunState.QUEUED and run.export.state == ExportState.BUILDING:
        return "Waits for its export."
    return str(run.launch.get("note", ""))


def run_place(run: Run) -> int | None:
    """A waiting run's place in the line of its launcher, from 1."""
    return place_of(run)


def run_eta_s(run: Run) -> float | None:
    """Seconds until the last step at the pace of the last ones, or None while there is none."""
    if run.state != RunState.RUNNING:
        return None
    newest = RunMetric.objects.filter(run=run.pk, values__has_key="step_s").order_by("-step")[:20]
    paces = [row.values["step_s"] for row in newest if row.values["step_s"]]
    return round(median(paces) * max(run.max_steps - run.step, 0), 1) if paces else None


def run_differences(run: Run, against: Run) -> list[dict[str, Any]]:
    """What was decided differently about two runs of one project, settings as `config.<name>`."""
    ours, theirs = _decided(run), _decided(against)
    names = [*ours, *(name for name in theirs if name not in ours)]
    return [
        {"name": name, "run": ours.get(name), "against": theirs.get(name)}
        for name in names
        if ours.get(name) != theirs.get(name)
    ]


def _decided(run: Run) -> dict[str, Any]:
    plain = {name: getattr(run, name) for name in ("kind", "base_model", "launcher", "gpus")}
    from_where = {"snapshot": run.export.snapshot_id, "export": run.export_id}
    return plain | from_where | {f"config.{name}": value for name, value in run.config.items()}


def run_to_compare(run: Run, number: int) -> Run:
    """Another run of the same project. Raises ApplicationError that names the field."""
    other = _with_people(Run.objects.filter(pk=number, project=run.project_id)).first()
    if other is None:
        sentence = "This project has no such run."
        raise ApplicationError(f"against: {sentence}", fields={"against": [sentence]})
    return other


def launchers_described() -> list[dict[str, Any]]:
    """The places this installation sends runs to, in the operator's order."""
    found = []
    for name in launcher_names():
        described = launcher_for(name).describe()
        found.append(
            {
                "name": name.value,
                "title": name.label,
                "available": described.available,
                "detail": described.detail,
                "max_gpus": described.max_gpus,
            }
        )
    return found
