from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorStateClass
from homeassistant.const import PERCENTAGE, EntityCategory
from homeassistant.util import dt as dt_util

from .entity import BridgeEntity


class Battery(BridgeEntity, SensorEntity):
    part = "motion"
    key = "battery"
    _attr_name = "Battery"
    _attr_device_class = SensorDeviceClass.BATTERY
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_native_unit_of_measurement = PERCENTAGE
    _attr_state_class = SensorStateClass.MEASUREMENT

    @property
    def native_value(self):
        return self.bridge.battery


class Signal(BridgeEntity, SensorEntity):
    part = "motion"
    key = "signal"
    _attr_name = "Signal strength"
    _attr_device_class = SensorDeviceClass.SIGNAL_STRENGTH
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_native_unit_of_measurement = "dBm"
    _attr_state_class = SensorStateClass.MEASUREMENT

    @property
    def native_value(self):
        return self.bridge.signal


class LastSeen(BridgeEntity, SensorEntity):
    part = "motion"
    key = "last_seen"
    _attr_name = "Last seen"
    _attr_device_class = SensorDeviceClass.TIMESTAMP
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    @property
    def native_value(self):
        return dt_util.utc_from_timestamp(self.bridge.seen_at)


async def async_setup_entry(hass, entry, add_entities):
    add_entities([Battery(hass, entry), Signal(hass, entry), LastSeen(hass, entry)])
