"""What the entities of a bridge share: the device they sit on, and that they are unavailable when it is."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity import Entity

from .bridges import DOMAIN, Bridge, Bridges, changed

MAKER = "Caretaker Test Works"
# What hangs on a bridge: the last part of the device's identifier, then its name and model.
PARTS = {"": ("bridge", "TB-1"), "motion": ("motion sensor", "TM-1"), "lamp": ("lamp", "TL-1")}


def device_of(hass: HomeAssistant, entry: ConfigEntry, part: str, bridge: Bridge) -> DeviceInfo:
    kind, model = PARTS[part]
    if not part:
        return DeviceInfo(
            identifiers={(DOMAIN, entry.entry_id)},
            name=entry.title,
            manufacturer=MAKER,
            model=model,
            sw_version=bridge.firmware,
            configuration_url="http://192.0.2.10/",
        )
    return DeviceInfo(
        identifiers={(DOMAIN, f"{entry.entry_id}_{part}")},
        name=entry.title.replace("bridge", kind),
        manufacturer=MAKER,
        model=model,
        **behind(hass, entry.entry_id),
    )


def find_bridge_device(hass: HomeAssistant, entry_id: str) -> device_registry.DeviceEntry:
    """Since 2026.8 an identifier belongs to one config entry, and looking it up without that is deprecated."""
    devices = device_registry.async_get(hass)
    if hasattr(devices, "async_get_device_by_identifier"):
        return devices.async_get_device_by_identifier((DOMAIN, entry_id), entry_id)
    return devices.async_get_device(identifiers={(DOMAIN, entry_id)})


def behind(hass: HomeAssistant, entry_id: str) -> dict:
    """That a device hangs on the bridge: said with the bridge's identifier, and since 2026.8 with its id."""
    if "via_device_id" in DeviceInfo.__annotations__:
        return {"via_device_id": find_bridge_device(hass, entry_id).id}
    return {"via_device": (DOMAIN, entry_id)}


class BridgeEntity(Entity):
    _attr_has_entity_name = True
    _attr_should_poll = False
    part = ""  # one of PARTS
    key = ""
    asks_bridge = True  # False for what is known or works even while the bridge does not answer

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        self.bridges: Bridges = hass.data[DOMAIN]
        self.bridge_name = entry.title
        self.entry_id = entry.entry_id
        self._attr_unique_id = f"{entry.entry_id}_{self.key}"
        self._attr_device_info = device_of(hass, entry, self.part, self.bridge)

    @property
    def bridge(self) -> Bridge:
        return self.bridges.get(self.bridge_name)

    @property
    def available(self) -> bool:
        return self.bridge.connected or not self.asks_bridge

    async def async_added_to_hass(self) -> None:
        self.async_on_remove(async_dispatcher_connect(self.hass, changed(self.bridge_name), self.async_write_ha_state))
