"""Names that several files use."""

from __future__ import annotations

from typing import Final

DOMAIN: Final = "caretaker"

DEFAULT_URL: Final = "http://127.0.0.1:8099"

# What this integration understands of the agent's local API.
API_VERSION: Final = 1
