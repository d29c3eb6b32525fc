"""How flags and comments look in the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from annotation.api.serializers.feedback import ItemRefSerializer
from annotation.choices import FlagReason, FlagState
from annotation.domain.mentions import Person, name_of, write_mentions
from annotation.models import CommentMention, ItemComment
from annotation.selectors.discussion import Reader, handles
from webapp.accounts.api.serializers import ProjectRefSerializer, UserRefSerializer
from webapp.accounts.models import User

MAX_COMMENT_CHARS = 5000


class FlagInputSerializer(serializers.Serializer):
    reason = serializers.ChoiceField(choices=FlagReason.choices)
    note = serializers.CharField(max_length=2000, allow_blank=True, default="")

    class Meta:
        ref_name = "FlagInput"


class FlagListInputSerializer(serializers.Serializer):
    state = serializers.ChoiceField(choices=FlagState.choices, required=False)

    class Meta:
        ref_name = "FlagListInput"


class FlagRefSerializer(serializers.Serializer):
    """A flag as the person who set it sees it."""

    id = serializers.IntegerField()
    reason = serializers.ChoiceField(choices=FlagReason.choices)
    note = serializers.CharField()
    state = serializers.ChoiceField(choices=FlagState.choices)
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "FlagRef"


class FlagSerializer(FlagRefSerializer):
    item = ItemRefSerializer()
    author = UserRefSerializer()
    resolved_by = UserRefSerializer(allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        ref_name = "Flag"


class CommentInputSerializer(serializers.Serializer):
    text = serializers.CharField(
        max_length=MAX_COMMENT_CHARS,
        help_text="`@name-without-spaces` or `@email` mentions somebody; text in `backticks` mentions nobody.",
    )

    class Meta:
        ref_name = "CommentInput"


class PersonSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    email = serializers.EmailField(required=False, help_text="Only for people who may see it.")

    class Meta:
        ref_name = "Person"


class MentionableSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    handle = serializers.CharField(help_text="What to write after `@` so that it means this person alone.")

    class Meta:
        ref_name = "Mentionable"


class MentionablePeopleSerializer(serializers.Serializer):
    results = MentionableSerializer(many=True)

    class Meta:
        ref_name = "MentionablePeople"


class CommentSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    item = ItemRefSerializer()
    author = PersonSerializer()
    mine = serializers.BooleanField()
    text = serializers.CharField(help_text="With mentions as `@handle`, or `@…` for somebody the reader may not know.")
    mentions = MentionableSerializer(many=True)
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Comment"


class CampaignRefSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()

    class Meta:
        ref_name = "CampaignRef"


class MentionSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    read_at = serializers.DateTimeField(allow_null=True)
    comment = CommentSerializer()
    campaign = CampaignRefSerializer()
    project = ProjectRefSerializer()
    lease = serializers.IntegerField(allow_null=True, help_text="The reader's own newest lease on the item.")

    class Meta:
        ref_name = "Mention"


class CommentOut(serializers.Serializer):
    """Renders an ItemComment for `context["reader"]` as `CommentSerializer` describes it."""

    def to_representation(self, instance: ItemComment) -> dict[str, Any]:
        return comment_out(instance, self.context["reader"])


class MentionOut(serializers.Serializer):
    """Renders a row of `my_mentions` as `MentionSerializer` describes it."""

    def to_representation(self, instance: CommentMention) -> dict[str, Any]:
        campaign = instance.comment.campaign
        return {
            "id": instance.pk,
            "read_at": instance.read_at,
            "comment": comment_out(instance.comment, self.context["reader"]),
            "campaign": {"id": campaign.pk, "name": campaign.name},
            "project": {"id": campaign.project_id, "name": campaign.project.name},
            "lease": instance.lease_id,  # type: ignore[attr-defined]
        }


def comment_out(comment: ItemComment, reader: Reader) -> dict[str, Any]:
    project_id = comment.campaign.project_id
    named = reader.named(comment)
    written = handles(named)
    author = {"id": comment.author_id, "name": _name(comment.author)}
    if reader.may_see_addresses(project_id):
        author["email"] = comment.author.email
    return {
        "id": comment.pk,
        "item": ItemRefSerializer(comment.item).data,
        "author": author,
        "mine": comment.author_id == reader.user.pk,
        "text": write_mentions(comment.text, written),
        "mentions": [{"id": user.pk, "name": _name(user), "handle": written[user.pk]} for user in named],
        "created_at": comment.created_at,
    }


def _name(user: User) -> str:
    return name_of(Person(user.pk, user.name, user.email))
