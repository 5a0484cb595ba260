from homeassistant.components.switch import SwitchDeviceClass, SwitchEntity
from homeassistant.helpers.device_registry import DeviceInfo

from .bridges import DOMAIN, Bridges


class Plug(SwitchEntity):
    """The smart plug that feeds a bridge. It is not behind the bridge, so it works while the bridge does not."""

    _attr_should_poll = False
    _attr_has_entity_name = True
    _attr_name = None
    _attr_device_class = SwitchDeviceClass.OUTLET

    def __init__(self, bridges: Bridges, bridge_name: str) -> None:
        self.bridges = bridges
        self.bridge_name = bridge_name
        self._attr_unique_id = f"plug_{bridge_name}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, self._attr_unique_id)},
            name=f"{bridge_name} plug",
            manufacturer="Caretaker Test Plugs",
            model="TP-1",
        )

    @property
    def is_on(self):
        return self.bridges.get(self.bridge_name).power

    async def async_turn_off(self, **_):
        await self.bridges.power(self.bridge_name, False)
        self.async_write_ha_state()

    async def async_turn_on(self, **_):
        await self.bridges.power(self.bridge_name, True)
        self.async_write_ha_state()


async def async_setup_entry(hass, entry, add_entities):
    bridges: Bridges = hass.data[DOMAIN]
    add_entities(Plug(bridges, name) for name in bridges.names())
