"""Django REST framework and the OpenAPI schema."""

from __future__ import annotations

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "webapp.api.authentication.ScopedTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["webapp.api.renderers.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["webapp.api.parsers.OrjsonParser"],
    "DEFAULT_SCHEMA_CLASS": "webapp.api.schema.PlumblineSchema",
    "EXCEPTION_HANDLER": "webapp.api.errors.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    # Downloads have a parameter of this name of their own.
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Plumbline",
    "DESCRIPTION": "Collect, curate and use preference data for language models.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "RoleEnum": "webapp.projects.choices.Role",
        "JobStateEnum": "webapp.jobs.choices.JobState",
        "TokenScopeEnum": "webapp.accounts.choices.TokenScope",
        "CampaignStateEnum": "annotation.choices.CampaignState",
        "FlagStateEnum": "annotation.choices.FlagState",
        "FlagReasonEnum": "annotation.choices.FlagReason",
        "LeakPolicyEnum": "annotation.choices.LeakPolicy",
        "DraftsShownEnum": "annotation.choices.DraftsShown",
        "PrincipleKindEnum": "annotation.choices.PrincipleKind",
        "ImportFormatEnum": "curation.datasets.choices.ImportFormat",
        "VersionOriginEnum": "curation.datasets.choices.VersionOrigin",
        "LabGoldSourceEnum": "curation.lab.choices.GoldSource",
        "SourceEnum": "webapp.store.canonical.SOURCES",
        "SignalStateEnum": "curation.signals.choices.SignalState",
        "SignalLevelEnum": "curation.signals.choices.SignalLevel",
        "JudgeModelSourceEnum": "curation.judges.choices.ModelSource",
        "JudgeAnswerStateEnum": "curation.judges.choices.AnswerState",
        "JudgeLevelEnum": "curation.judges.choices.JUDGE_LEVELS",
        "QueueOrderEnum": "curation.datasets.choices.QueueOrder",
        "ExportFormatEnum": "trainer_bridge.choices.ExportFormat",
        "ExportStateEnum": "trainer_bridge.choices.ExportState",
        "RunKindEnum": "trainer_bridge.choices.RunKind",
        "RunStateEnum": "trainer_bridge.choices.RunState",
        "LauncherNameEnum": "trainer_bridge.choices.LauncherName",
        "AutoOrNotEnum": ["auto", "true", "false"],
        "ModelKindEnum": "trainer_bridge.choices.ModelKind",
        "EvaluationKindEnum": "trainer_bridge.choices.EvaluationKind",
        "EvaluationTakesEnum": "trainer_bridge.api.evaluation_serializers.TAKES",
        "AnswerRoleEnum": "trainer_bridge.api.evaluation_serializers.ROLES",
        "ModelOriginEnum": "trainer_bridge.choices.ModelOrigin",
    },
}
