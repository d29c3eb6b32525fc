"""Recipes: ordered typed steps that say which labelled pairs are worth training on."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from webapp.projects.models import Project


class Recipe(models.Model):
    """The steps may change; every snapshot keeps the steps it was made with."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="recipes")
    name = models.CharField(max_length=120)
    steps = models.JSONField(default=list)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(name=""), name="recipe_has_a_name")]

    def __str__(self) -> str:
        return self.name
