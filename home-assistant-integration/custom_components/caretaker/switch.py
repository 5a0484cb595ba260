"""The switch that stops everything."""

from __future__ import annotations

from typing import Any

from homeassistant.components.switch import SwitchEntity
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddEntitiesCallback

from .client import AgentAway, AgentRefusedToken, AgentSaidNo
from .const import DOMAIN
from .entity import AgentEntity, sorry
from .watch import AgentWatch

# Stop waits for nobody.
PARALLEL_UPDATES = 0


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry, async_add_entities: AddEntitiesCallback) -> None:
    """Add the switch of this agent."""
    async_add_entities([ServiceAccess(hass.data[DOMAIN][entry.entry_id])])


class ServiceAccess(AgentEntity, SwitchEntity):
    """On while the firm may do what was agreed; switched off it is Stop everything."""

    def __init__(self, watch: AgentWatch) -> None:
        """Name it."""
        super().__init__(watch, "service_access")

    @property
    def is_on(self) -> bool:
        """Whether the firm may do anything."""
        return self.watch.state.is_service_allowed

    async def async_turn_off(self, **kwargs: Any) -> None:
        """Stop everything. Anybody may, an automation too."""
        try:
            await self.watch.client.stop()
        except (AgentAway, AgentRefusedToken, AgentSaidNo) as error:
            raise sorry(error) from error

    async def async_turn_on(self, **kwargs: Any) -> None:
        """Allow again, on the word of an administrator: no automation opens the house."""
        if not await self._is_administrator():
            raise HomeAssistantError(
                "Only an administrator allows service access again, and no automation",
                translation_domain=DOMAIN,
                translation_key="only_a_person",
            )
        try:
            await self.watch.client.allow_again()
        except (AgentAway, AgentRefusedToken, AgentSaidNo) as error:
            raise sorry(error) from error

    async def _is_administrator(self) -> bool:
        context = self._context
        # What an automation does has the context of what set it off as its parent.
        if context is None or context.user_id is None or context.parent_id is not None:
            return False
        user = await self.hass.auth.async_get_user(context.user_id)
        return user is not None and user.is_admin and not user.system_generated
