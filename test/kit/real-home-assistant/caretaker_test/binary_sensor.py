from homeassistant.components.binary_sensor import BinarySensorDeviceClass, BinarySensorEntity
from homeassistant.const import EntityCategory

from .entity import BridgeEntity


class Connected(BridgeEntity, BinarySensorEntity):
    key = "connected"
    asks_bridge = False
    _attr_name = "Connected"
    _attr_device_class = BinarySensorDeviceClass.CONNECTIVITY
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    @property
    def is_on(self):
        return self.bridge.connected


class Motion(BridgeEntity, BinarySensorEntity):
    part = "motion"
    key = "motion"
    _attr_name = "Motion"
    _attr_device_class = BinarySensorDeviceClass.MOTION
    _attr_is_on = False


async def async_setup_entry(hass, entry, add_entities):
    add_entities([Connected(hass, entry), Motion(hass, entry)])
