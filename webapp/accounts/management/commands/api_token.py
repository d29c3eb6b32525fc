"""Print a fresh API token of a local account: the command behind `./run token EMAIL`."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from webapp.accounts.models import User
from webapp.accounts.services.tokens import token_create


class Command(BaseCommand):
    help = "Print a fresh API token of a local account (development only)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--days", type=int, default=30)

    def handle(self, *args: object, **options: object) -> None:
        user = User.objects.filter(email__iexact=str(options["email"])).first()
        if user is None:
            raise CommandError(f"No account has the email address {options['email']}; check the spelling.")
        _, plain = token_create(user=user, name="./run token", expires_in_days=int(str(options["days"])))
        self.stdout.write(plain)
