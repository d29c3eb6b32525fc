"""Settings every deployment shares, gathered from one module per concern."""

from __future__ import annotations

from webapp.settings.api import *  # noqa: F403
from webapp.settings.authentication import *  # noqa: F403
from webapp.settings.core import *  # noqa: F403
from webapp.settings.database import *  # noqa: F403
from webapp.settings.judges import *  # noqa: F403
from webapp.settings.logging import *  # noqa: F403
from webapp.settings.queues import *  # noqa: F403
from webapp.settings.security import *  # noqa: F403
from webapp.settings.training import *  # noqa: F403
