"""Caretaker: the installer's remote aftercare, with the last word in the home."""

from __future__ import annotations

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryNotReady
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .client import AgentAway, AgentClient, AgentRefusedToken, AgentSaidNo
from .const import DOMAIN
from .questions import Questions
from .watch import AgentWatch

PLATFORMS = [Platform.BINARY_SENSOR, Platform.BUTTON, Platform.SWITCH]


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Set up one agent."""
    client = AgentClient(async_get_clientsession(hass), entry.data["url"], entry.data["token"])
    try:
        state = await client.state()
    except AgentRefusedToken as error:
        raise ConfigEntryAuthFailed(str(error)) from error
    except (AgentAway, AgentSaidNo) as error:
        raise ConfigEntryNotReady(str(error)) from error
    if state.fingerprint != entry.unique_id:
        raise ConfigEntryNotReady(f"Another agent answers at {entry.data['url']}: its key is {state.fingerprint}")

    watch = AgentWatch(hass, entry, client, state)
    hass.data.setdefault(DOMAIN, {})[entry.entry_id] = watch
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)

    questions = Questions(hass, watch)
    entry.async_on_unload(questions.clear)
    entry.async_on_unload(watch.listen(questions.refresh))
    questions.refresh()
    watch.start()
    return True


async def async_unload_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Leave nothing behind."""
    is_unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    if is_unloaded:
        hass.data[DOMAIN].pop(entry.entry_id)
    return is_unloaded
