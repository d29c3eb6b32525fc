"""Where training may run and how much of it at once; `trainer_bridge.launchers` reads what the variables say."""

from __future__ import annotations

from webapp.settings.env import env

# Names of trainer_bridge.choices.LauncherName, in the order people are offered them.
TRAIN_LAUNCHERS = env.list("PLUMBLINE_LAUNCHERS", default=["local", "manual"])
LAUNCHER_ENVIRONMENT = {
    name: value
    for name, value in env.ENVIRON.items()
    if name.startswith(("PLUMBLINE_SLURM_", "PLUMBLINE_K8S_", "PLUMBLINE_RAY_"))
}

# GPUs that runs may hold at once, here and on every cluster together; empty means as many as they ask for.
TRAIN_GPUS = env.int("PLUMBLINE_TRAIN_GPUS", default=None)
TRAIN_GPUS_PER_PROJECT = env.int("PLUMBLINE_TRAIN_GPUS_PER_PROJECT", default=None)

# A trainer elsewhere that says nothing for this long is taken for lost.
TRAIN_SILENT_SECONDS = env.int("PLUMBLINE_TRAIN_SILENT_SECONDS", default=1800)
# Where trainers on machines without our disk reach this server, such as https://plumbline.example.org.
REPORT_URL = env.str("PLUMBLINE_REPORT_URL", default="")
REPORT_TOKEN_DAYS = env.int("PLUMBLINE_REPORT_TOKEN_DAYS", default=30)
