"""What all entities of an agent have in common."""

from __future__ import annotations

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity

from .client import AgentAway, AgentRefusedToken, AgentSaidNo
from .const import DOMAIN
from .watch import AgentWatch


class AgentEntity(Entity):
    """An entity that is there while the agent is."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, watch: AgentWatch, key: str) -> None:
        """Name it after the agent's key, which outlives a change of address."""
        fingerprint = watch.state.fingerprint
        self.watch = watch
        self._attr_translation_key = key
        self._attr_unique_id = f"{fingerprint}_{key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, fingerprint)},
            name="Caretaker",
            manufacturer=watch.state.firm_name,
            entry_type=DeviceEntryType.SERVICE,
            configuration_url=watch.entry.data["url"],
        )

    @property
    def available(self) -> bool:
        """Whether the agent answers."""
        return self.watch.is_there

    async def async_added_to_hass(self) -> None:
        """Follow the agent."""
        self.async_on_remove(self.watch.listen(self.async_write_ha_state))


def sorry(error: AgentAway | AgentRefusedToken | AgentSaidNo) -> HomeAssistantError:
    """Say to a person why nothing happened."""
    if isinstance(error, AgentSaidNo):
        return HomeAssistantError(
            str(error),
            translation_domain=DOMAIN,
            translation_key="refused",
            translation_placeholders={"message": str(error)},
        )
    return HomeAssistantError(
        f"The agent was not reached, and nothing was changed: {error}",
        translation_domain=DOMAIN,
        translation_key="away",
    )
