"""The button that asks the firm for help."""

from __future__ import annotations

from homeassistant.components.button import ButtonEntity
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddEntitiesCallback

from .client import AgentAway, AgentRefusedToken, AgentSaidNo
from .const import DOMAIN
from .entity import AgentEntity, sorry
from .watch import AgentWatch

# One person's patience is one request at a time.
PARALLEL_UPDATES = 1

# What the firm reads, in the language that it speaks with this home.
HELP_WORDS = {
    "en": "Somebody pressed Ask for help in Home Assistant.",
    "nl": "Iemand heeft in Home Assistant op Hulp vragen gedrukt.",
    "de": "Jemand hat in Home Assistant auf Hilfe anfordern gedrückt.",
    "fr": "Quelqu'un a appuyé sur Demander de l'aide dans Home Assistant.",
}


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry, async_add_entities: AddEntitiesCallback) -> None:
    """Add the button of this agent."""
    async_add_entities([AskForHelp(hass.data[DOMAIN][entry.entry_id])])


class AskForHelp(AgentEntity, ButtonEntity):
    """Asks for help; whoever answers calls or writes."""

    def __init__(self, watch: AgentWatch) -> None:
        """Name it."""
        super().__init__(watch, "ask_for_help")

    async def async_press(self) -> None:
        """Ask."""
        words = HELP_WORDS.get(self.watch.state.language, HELP_WORDS["en"])
        try:
            await self.watch.client.help(words)
        except (AgentAway, AgentRefusedToken, AgentSaidNo) as error:
            raise sorry(error) from error
