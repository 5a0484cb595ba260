import asyncio

from homeassistant.components.update import UpdateDeviceClass, UpdateEntity, UpdateEntityFeature
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry

from .entity import BridgeEntity, find_bridge_device


class Firmware(BridgeEntity, UpdateEntity):
    """A firmware update that takes three seconds."""

    key = "firmware"
    _attr_name = "Firmware"
    _attr_device_class = UpdateDeviceClass.FIRMWARE
    _attr_supported_features = UpdateEntityFeature.INSTALL | UpdateEntityFeature.PROGRESS

    @property
    def installed_version(self):
        return self.bridge.firmware

    @property
    def latest_version(self):
        return self.bridge.latest_firmware

    def show(self, percent):
        """Progress was a number in in_progress, until it got an attribute of its own."""
        if hasattr(UpdateEntity, "update_percentage"):
            self._attr_in_progress = percent is not None
            self._attr_update_percentage = percent
        else:
            self._attr_in_progress = False if percent is None else percent
        self.async_write_ha_state()

    async def async_install(self, version, backup, **_):
        before = self.bridge.firmware
        for percent in (10, 40, 80):
            self.show(percent)
            await asyncio.sleep(1)
        self.show(None)
        if self.bridge.mode == "bad_update":
            raise HomeAssistantError(f"{self.bridge_name}: the checksum is wrong, so {before} was kept")
        await self.bridges.change(self.bridge_name, firmware=version or self.bridge.latest_firmware)
        device = find_bridge_device(self.hass, self.entry_id)
        device_registry.async_get(self.hass).async_update_device(device.id, sw_version=self.bridge.firmware)


async def async_setup_entry(hass, entry, add_entities):
    add_entities([Firmware(hass, entry)])
