from homeassistant.components.light import ColorMode, LightEntity

from .entity import BridgeEntity


class Lamp(BridgeEntity, LightEntity):
    part = "lamp"
    key = "lamp"
    _attr_name = None
    _attr_is_on = False
    _attr_color_mode = ColorMode.ONOFF
    _attr_supported_color_modes = {ColorMode.ONOFF}

    async def async_turn_on(self, **_):
        self._attr_is_on = True
        self.async_write_ha_state()

    async def async_turn_off(self, **_):
        self._attr_is_on = False
        self.async_write_ha_state()


async def async_setup_entry(hass, entry, add_entities):
    add_entities([Lamp(hass, entry)])
