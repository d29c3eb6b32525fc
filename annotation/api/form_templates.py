"""Forms before a campaign has them: ready-made ones, and the check of one's own."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.serializers.forms import FormQuestionsSerializer, FormTemplatesSerializer
from annotation.domain.templates import templates
from annotation.services.campaigns import questions_checked
from webapp.api.views import ProjectApi, SignedInApi
from webapp.projects.policies import Verb


class FormTemplateListApi(SignedInApi):
    @extend_schema(operation_id="form_templates_list", responses=FormTemplatesSerializer)
    def get(self, request: Request) -> Response:
        rows = [template._asdict() for template in templates().values()]
        return Response(FormTemplatesSerializer({"results": rows}).data)


class FormValidateApi(ProjectApi):
    verbs = {"POST": Verb.CAMPAIGN_MANAGE}

    @extend_schema(
        operation_id="forms_validate",
        request=FormQuestionsSerializer,
        responses=FormQuestionsSerializer,
        description="Returns the questions with every default filled in, or a sentence for each fault by its path.",
    )
    def post(self, request: Request, project_id: int) -> Response:
        return Response({"questions": questions_checked(self.parse(FormQuestionsSerializer)["questions"])})
