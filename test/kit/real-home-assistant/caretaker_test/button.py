import asyncio

from homeassistant.components.button import ButtonDeviceClass, ButtonEntity
from homeassistant.exceptions import HomeAssistantError

from .entity import BridgeEntity

AWAY_SECONDS = 1


class Restart(BridgeEntity, ButtonEntity):
    """Restarts the bridge: it is gone for a moment, and whatever made it hang is gone for good."""

    key = "restart"
    asks_bridge = False
    _attr_name = "Restart"
    _attr_device_class = ButtonDeviceClass.RESTART

    async def async_press(self):
        if self.bridge.mode == "dead" or not self.bridge.power:
            raise HomeAssistantError(f"{self.bridge_name} does not answer")
        mode = self.bridge.mode
        self.bridges.disconnect(self.bridge_name)
        await asyncio.sleep(AWAY_SECONDS)
        await self.bridges.change(self.bridge_name, mode="ok" if mode in ("wedged", "relapsing") else mode)


async def async_setup_entry(hass, entry, add_entities):
    add_entities([Restart(hass, entry)])
