"""What may be attached to a question about this integration: nothing that names people, places or things."""

from __future__ import annotations

from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .const import DOMAIN
from .watch import AgentWatch


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: ConfigEntry) -> dict[str, Any]:
    """Say how it stands, in numbers and words of our own."""
    watch: AgentWatch | None = hass.data.get(DOMAIN, {}).get(entry.entry_id)
    return {
        "entry": async_redact_data(dict(entry.data), {"token", "url"}),
        "agent": None if watch is None else _describe(watch),
    }


def _describe(watch: AgentWatch) -> dict[str, Any]:
    state = watch.state
    return {
        "is_there": watch.is_there,
        "is_hub_connected": state.is_hub_connected,
        "is_confirmed": state.is_confirmed,
        "hub_alone": state.hub_alone,
        "is_stopped": state.stopped_at is not None,
        "is_somebody_at_work": state.at_work is not None,
        "language": state.language,
        "questions": [
            {"lines": len(question.lines), "is_private": question.is_private} for question in state.questions
        ],
    }
