"""Changes people make to their own account."""

from __future__ import annotations

import re
from collections.abc import Mapping

from webapp.accounts.models import User
from webapp.api.errors import ApplicationError

MAX_ACTIONS = 200
MAX_KEYS = 4
ACTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}")
# A key as the browser names it, with its modifiers: "k", "Ctrl+Enter", "ä", "?".
MAX_KEY_CHARS = 40
# The shape of a language tag. Which of them the interface speaks is known to its catalogues alone.
LOCALE = re.compile(r"([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?")
MAX_LOCALE_CHARS = 16


def user_update(*, user: User, name: str | None = None, keymap: object = None, locale: str | None = None) -> User:
    """Change what is given: the name other people see, own keys (as a whole), the interface's language.

    Raises ApplicationError for a key map or language tag of a wrong shape.
    """
    changed = {
        "name": name,
        "keymap": None if keymap is None else keymap_checked(keymap),
        "locale": None if locale is None else _locale_checked(locale),
    }
    fields = [field for field, value in changed.items() if value is not None]
    for field in fields:
        setattr(user, field, changed[field])
    if fields:
        user.save(update_fields=fields)
    return user


def keymap_checked(keymap: object) -> dict[str, list[str]]:
    """Action id → keys, each list in the order given; an action without keys has none."""
    if not isinstance(keymap, Mapping) or len(keymap) > MAX_ACTIONS:
        raise _refusal("keymap", f"keymap: give an object of action id → list of keys, for at most {MAX_ACTIONS}.")
    for action, keys in keymap.items():
        if not isinstance(action, str) or not ACTION.fullmatch(action):
            raise _refusal(
                "keymap", "keymap: an action's id has 1 to 80 letters, digits and . _ : -, and starts with no sign."
            )
        if not isinstance(keys, list) or len(keys) > MAX_KEYS or not all(_is_key(key) for key in keys):
            raise _refusal(
                f"keymap.{action}",
                f"keymap: “{action}” takes a list of at most {MAX_KEYS} keys, each 1 to {MAX_KEY_CHARS} characters.",
            )
    return {action: list(dict.fromkeys(keys)) for action, keys in keymap.items()}


def _is_key(key: object) -> bool:
    return isinstance(key, str) and 1 <= len(key) <= MAX_KEY_CHARS and key.isprintable()


def _locale_checked(locale: str) -> str:
    if len(locale) > MAX_LOCALE_CHARS or not LOCALE.fullmatch(locale):
        raise _refusal("locale", "locale: give a language tag such as “en” or “pt-BR”, or nothing for the browser's.")
    return locale


def _refusal(field: str, sentence: str) -> ApplicationError:
    return ApplicationError(sentence, fields={field: [sentence.partition(": ")[2]]})
