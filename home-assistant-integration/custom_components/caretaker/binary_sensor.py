"""Whether somebody is working on this home."""

from __future__ import annotations

from typing import Any

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddEntitiesCallback

from .const import DOMAIN
from .entity import AgentEntity
from .watch import AgentWatch

# The agent tells; nothing is asked.
PARALLEL_UPDATES = 0


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry, async_add_entities: AddEntitiesCallback) -> None:
    """Add the sensor of this agent."""
    async_add_entities([AtWorkSensor(hass.data[DOMAIN][entry.entry_id])])


class AtWorkSensor(AgentEntity, BinarySensorEntity):
    """On while somebody of the firm works on this home."""

    def __init__(self, watch: AgentWatch) -> None:
        """Name it."""
        super().__init__(watch, "at_work")

    @property
    def is_on(self) -> bool:
        """Whether somebody does."""
        return self.watch.state.at_work is not None

    @property
    def extra_state_attributes(self) -> dict[str, Any]:
        """Who, why and since when."""
        at_work = self.watch.state.at_work
        if at_work is None:
            return {}
        return {"technician": at_work.technician, "why": at_work.why, "since": at_work.since.isoformat()}
