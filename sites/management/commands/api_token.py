from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rest_framework.authtoken.models import Token

from sites.models import User


class Command(BaseCommand):
    help = "Prints the API token of a user; makes one where there is none."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the e-mail address the user signs in with")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip()
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {email}. Check the address; an operator adds people.")
        token, _made = Token.objects.get_or_create(user=user)
        self.stdout.write(token.key)
