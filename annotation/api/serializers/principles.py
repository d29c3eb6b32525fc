"""How the principles library looks in the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from annotation.choices import CampaignState, PrincipleKind
from annotation.domain.principles import MAX_TEXT, PrincipleText
from annotation.models import Principle, PrincipleVersion
from webapp.accounts.api.serializers import UserRefSerializer

_CONDITIONS = "The rows it is about: each part that is there holds for any one of its choices. `{}` is every row."


class ConditionsSerializer(serializers.Serializer):
    tags = serializers.ListField(child=serializers.CharField(), required=False)
    metadata = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False)
    keywords = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Looked for in the prompt."
    )

    class Meta:
        ref_name = "PrincipleConditions"

    def to_internal_value(self, data: Any) -> Any:
        """As it came: the service says what is wrong with it, with the path of the part."""
        return data


class PrincipleVersionSerializer(serializers.Serializer):
    number = serializers.IntegerField()
    title = serializers.CharField()
    text = serializers.CharField()
    applies_to = ConditionsSerializer()
    created_by = UserRefSerializer()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "PrincipleVersion"


class PrincipleSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    slug = serializers.CharField()
    kind = serializers.ChoiceField(choices=PrincipleKind.choices)
    version = serializers.IntegerField(help_text="The number of the newest version.")
    title = serializers.CharField()
    text = serializers.CharField(help_text="Markdown.")
    applies_to = ConditionsSerializer(help_text=_CONDITIONS)
    campaign_count = serializers.IntegerField(help_text="Campaigns whose people are shown it.")
    archived_at = serializers.DateTimeField(allow_null=True)
    created_by = UserRefSerializer()
    created_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()
    changed_by = UserRefSerializer()

    class Meta:
        ref_name = "Principle"


class CampaignNameSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=CampaignState.choices)

    class Meta:
        ref_name = "CampaignName"


class PrincipleDetailSerializer(PrincipleSerializer):
    versions = PrincipleVersionSerializer(many=True, help_text="Newest first.")
    campaigns = CampaignNameSerializer(many=True)

    class Meta:
        ref_name = "PrincipleDetail"


class PrincipleOut(PrincipleSerializer):
    """The same of a stored principle, for pages."""

    def to_representation(self, instance: Principle) -> dict[str, Any]:
        return dict(super().to_representation(principle_out(instance)))


def principle_out(principle: Principle) -> dict[str, Any]:
    """What `PrincipleSerializer` shows of a principle that `principles_of` or `principle_get` found."""
    newest: PrincipleVersion = principle.newest[0]  # type: ignore[attr-defined]
    names = ("id", "project_id", "slug", "kind", "version", "campaign_count", "archived_at", "created_by", "created_at")
    return {
        **{name: getattr(principle, name) for name in names},
        "title": newest.title,
        "text": newest.text,
        "applies_to": newest.applies_to,
        "changed_at": newest.created_at,
        "changed_by": newest.created_by,
    }


class PrincipleListInputSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=PrincipleKind.choices, required=False)
    archived = serializers.BooleanField(required=False, allow_null=True, default=None)

    class Meta:
        ref_name = "PrincipleListInput"


class PrincipleInputSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=PrincipleKind.choices, default=PrincipleKind.PRINCIPLE)
    slug = serializers.SlugField(max_length=80, allow_unicode=True, required=False, help_text="Unique in the project.")
    title = serializers.CharField(max_length=200)
    text = serializers.CharField(max_length=MAX_TEXT, help_text="Markdown.")
    applies_to = ConditionsSerializer(required=False, help_text=_CONDITIONS)

    class Meta:
        ref_name = "PrincipleInput"


class PrincipleChangeInputSerializer(serializers.Serializer):
    title = serializers.CharField(max_length=200, required=False)
    text = serializers.CharField(max_length=MAX_TEXT, required=False)
    applies_to = ConditionsSerializer(required=False)
    based_on = serializers.IntegerField(
        required=False, min_value=1, help_text="The version you changed; refused with 409 when it is not the newest."
    )

    class Meta:
        ref_name = "PrincipleChangeInput"


class PrincipleArchiveInputSerializer(serializers.Serializer):
    archived = serializers.BooleanField()

    class Meta:
        ref_name = "PrincipleArchiveInput"


class PrincipleTextSerializer(serializers.Serializer):
    """A principle as those who judge read it."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=PrincipleKind.choices)
    slug = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()

    class Meta:
        ref_name = "PrincipleText"


class CampaignPrinciplesSerializer(serializers.Serializer):
    principles = PrincipleTextSerializer(many=True, help_text="In the order people read them.")

    class Meta:
        ref_name = "CampaignPrinciples"


class CampaignPrinciplesInputSerializer(serializers.Serializer):
    principles = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), max_length=500)

    class Meta:
        ref_name = "CampaignPrinciplesInput"


class LeasePrinciplesSerializer(serializers.Serializer):
    applying = serializers.ListField(
        child=serializers.IntegerField(), help_text="Ids of the campaign's principles that are about the item."
    )

    class Meta:
        ref_name = "LeasePrinciples"


def texts_out(principles: list[PrincipleText]) -> dict[str, Any]:
    return dict(CampaignPrinciplesSerializer({"principles": principles}).data)
