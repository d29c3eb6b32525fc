"""What people are asked, what waits for them, and what they said."""

from __future__ import annotations

from annotation.models.campaigns import Campaign, CampaignAnnotator, Form, FormVersion, GuidelinesVersion
from annotation.models.discussion import CommentMention, ItemComment, ItemFlag
from annotation.models.feedback import Feedback, Vote
from annotation.models.principles import CampaignPrinciple, Principle, PrincipleVersion
from annotation.models.queue import Item, Lease

__all__ = [
    "Campaign",
    "CampaignAnnotator",
    "CampaignPrinciple",
    "CommentMention",
    "Feedback",
    "Form",
    "FormVersion",
    "GuidelinesVersion",
    "Item",
    "ItemComment",
    "ItemFlag",
    "Lease",
    "Principle",
    "PrincipleVersion",
    "Vote",
]
