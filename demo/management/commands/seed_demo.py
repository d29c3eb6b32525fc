"""Fill an empty installation with the demo project, and print how to sign in."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from demo.seeding import LOGINS, PASSWORD, demo_seed


class Command(BaseCommand):
    help = "Create the demo project (once) and print its logins."

    def handle(self, *args: object, **options: object) -> None:
        demo_seed()
        for login in LOGINS:
            self.stdout.write(f"{login.email:24} {PASSWORD}   ({login.role.label.lower()})")
