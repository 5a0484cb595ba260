"""Bridges that misbehave on command, so that finding and mending can be tried on a real Home Assistant.

A config entry is either one bridge (with a motion sensor and a lamp behind it) or the smart plugs, of another
make, that feed the bridges. What a bridge suffers from is its mode, changed by the action caretaker_test.set_bridge:

mode        what one sees                                              what mends it
ok          all is well
wedged      entities unavailable, entry still loaded                   a reload of the entry
relapsing   as wedged, and three seconds after a reload once more      the action set_bridge
dead        as wedged, and a reload ends in setup_retry                its plug off and on, then a reload
not_ready   a reload ends in setup_retry                               the action set_bridge (the network is back)
auth        a reload ends in setup_error and asks to sign in           the reauth form with the right password
broken      a reload ends in setup_error                               the action set_bridge
bad_update  works, but installing its firmware fails and rolls back    the action set_bridge
"""

import logging

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryNotReady, ServiceValidationError
from homeassistant.helpers import device_registry
from homeassistant.helpers.event import async_call_later

from .bridges import DOMAIN, MODES, SETTABLE, Bridges
from .entity import device_of

BRIDGE_PLATFORMS = ["binary_sensor", "button", "light", "sensor", "update"]
PLUG_PLATFORMS = ["switch"]
RELAPSE_AFTER_SECONDS = 3

_LOGGER = logging.getLogger(__name__)


async def async_setup(hass: HomeAssistant, config: dict) -> bool:
    bridges = hass.data[DOMAIN] = await hass.async_add_executor_job(Bridges, hass)

    async def set_bridge(call: ServiceCall) -> None:
        values = dict(call.data)
        name = values.pop("name", None)
        if name not in bridges.names():
            raise ServiceValidationError(f"There is no bridge {name}; there are {bridges.names()}")
        unknown = [key for key in values if key not in SETTABLE]
        if unknown or values.get("mode", "ok") not in MODES:
            raise ServiceValidationError(f"A bridge has {SETTABLE}, and its mode is one of {MODES}")
        await bridges.change(name, **values)

    async def log(call: ServiceCall) -> None:
        logger = logging.getLogger(call.data.get("logger", __name__))
        for _ in range(int(call.data.get("times", 1))):
            logger.log(logging.getLevelName(call.data.get("level", "error").upper()), call.data["message"])

    hass.services.async_register(DOMAIN, "set_bridge", set_bridge)
    hass.services.async_register(DOMAIN, "log", log)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    bridges: Bridges = hass.data[DOMAIN]
    if entry.data["kind"] == "plugs":
        await hass.config_entries.async_forward_entry_setups(entry, PLUG_PLATFORMS)
        return True

    name = entry.title
    bridge = bridges.get(name)
    if bridge.mode in ("dead", "not_ready") or not bridge.is_awake():
        raise ConfigEntryNotReady(f"{name} did not answer at 192.0.2.10 within 5 seconds")
    if bridge.mode == "auth":
        raise ConfigEntryAuthFailed(f"{name} refused the password")
    if bridge.mode == "broken":
        _LOGGER.error("%s sent an answer that is not understood (protocol 9)", name)
        return False

    await bridges.connect(name)
    if bridge.mode == "relapsing":

        @callback
        def relapse(_now) -> None:
            bridges.disconnect(name)

        entry.async_on_unload(async_call_later(hass, RELAPSE_AFTER_SECONDS, relapse))
    device = device_of(hass, entry, "", bridge)  # first, since what hangs on it names it
    device_registry.async_get(hass).async_get_or_create(config_entry_id=entry.entry_id, **device)
    await hass.config_entries.async_forward_entry_setups(entry, BRIDGE_PLATFORMS)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    platforms = PLUG_PLATFORMS if entry.data["kind"] == "plugs" else BRIDGE_PLATFORMS
    return await hass.config_entries.async_unload_platforms(entry, platforms)
