"""Who may do what: one table of role → verbs, and the one function that asks it."""

from __future__ import annotations

from enum import StrEnum

from webapp.accounts.models import User
from webapp.api.errors import ForbiddenError, NotFoundError
from webapp.projects.choices import Role
from webapp.projects.models import Membership

NOTHING_HERE = "There is nothing at this address, or you may not see it."


class Verb(StrEnum):
    PROJECT_VIEW = "project.view"
    PROJECT_MANAGE = "project.manage"
    MEMBER_VIEW = "member.view"
    MEMBER_MANAGE = "member.manage"
    ANNOTATE = "annotate"
    CAMPAIGN_VIEW = "campaign.view"
    CAMPAIGN_MANAGE = "campaign.manage"
    FEEDBACK_VIEW = "feedback.view"
    PRINCIPLE_VIEW = "principle.view"
    PRINCIPLE_MANAGE = "principle.manage"
    DATASET_VIEW = "dataset.view"
    DATASET_MANAGE = "dataset.manage"
    SIGNAL_RUN = "signal.run"
    RECIPE_VIEW = "recipe.view"
    RECIPE_MANAGE = "recipe.manage"
    SNAPSHOT_MANAGE = "snapshot.manage"
    EXPORT_CREATE = "export.create"
    JOB_VIEW = "job.view"
    JOB_MANAGE = "job.manage"
    RUN_VIEW = "run.view"
    RUN_MANAGE = "run.manage"
    JUDGE_VIEW = "judge.view"
    JUDGE_MANAGE = "judge.manage"
    MODEL_VIEW = "model.view"
    MODEL_MANAGE = "model.manage"


_ANNOTATOR = frozenset({Verb.PROJECT_VIEW, Verb.ANNOTATE})
_REVIEWER = _ANNOTATOR | {
    Verb.CAMPAIGN_VIEW,
    Verb.FEEDBACK_VIEW,
    Verb.PRINCIPLE_VIEW,
    Verb.DATASET_VIEW,
    Verb.JOB_VIEW,
    Verb.MEMBER_VIEW,
}
_CURATOR = _REVIEWER | {
    Verb.CAMPAIGN_MANAGE,
    Verb.PRINCIPLE_MANAGE,
    Verb.DATASET_MANAGE,
    Verb.SIGNAL_RUN,
    Verb.RECIPE_VIEW,
    Verb.RECIPE_MANAGE,
    Verb.SNAPSHOT_MANAGE,
    Verb.EXPORT_CREATE,
    Verb.JOB_MANAGE,
    Verb.RUN_VIEW,
    Verb.JUDGE_VIEW,
    Verb.MODEL_VIEW,
}
_ADMIN = frozenset(Verb)

ROLE_VERBS: dict[str, frozenset[Verb]] = {
    Role.ANNOTATOR: _ANNOTATOR,
    Role.REVIEWER: _REVIEWER,
    Role.CURATOR: _CURATOR,
    Role.ADMIN: _ADMIN,
}


def require(*, user: User, project_id: int, verb: Verb) -> Membership:
    """Return the caller's membership when its role allows `verb`.

    Raises NotFoundError for people outside the project (its ids tell them nothing) and ForbiddenError for
    members whose role does not include the verb.
    """
    membership = Membership.objects.filter(user=user, project_id=project_id).first()
    if membership is None:
        raise NotFoundError(NOTHING_HERE)
    if verb not in ROLE_VERBS[membership.role]:
        raise ForbiddenError(
            f"Your role in this project is {membership.get_role_display().lower()}, which does not include "
            f"“{verb.value}”; ask a project admin."
        )
    return membership
