"""What each bridge is like at this moment, kept in a file so that it outlives a restart of Home Assistant."""

from dataclasses import asdict, dataclass
import json
import pathlib
import time

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send

DOMAIN = "caretaker_test"
MODES = ["ok", "wedged", "relapsing", "dead", "not_ready", "auth", "broken", "bad_update"]
ANSWERING = ("ok", "bad_update")
SETTABLE = ["mode", "battery", "signal", "boot_seconds", "latest_firmware"]


@dataclass
class Bridge:
    mode: str = "ok"
    power: bool = True
    connected: bool = False  # whether Home Assistant's session with it lives
    awake_at: float = 0  # when it has booted, as a Unix time
    boot_seconds: float = 0
    battery: int = 87
    signal: int = -61
    firmware: str = "1.2.0"
    latest_firmware: str = "1.3.0"
    seen_at: float = 0

    def is_awake(self) -> bool:
        return self.power and time.time() >= self.awake_at


def changed(name: str) -> str:
    """The signal that tells the entities of a bridge to look again."""
    return f"{DOMAIN}_{name}"


class Bridges:
    """All bridges by name. A session that was lost comes back with a reload, or when a mode in which it answers is set."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.hass = hass
        self.path = pathlib.Path(hass.config.path(f"{DOMAIN}.json"))
        stored = json.loads(self.path.read_text()) if self.path.exists() else {}
        self.all = {name: Bridge(**values) for name, values in stored.items()}

    def names(self) -> list[str]:
        entries = self.hass.config_entries.async_entries(DOMAIN)
        return [entry.title for entry in entries if entry.data["kind"] == "bridge"]

    def get(self, name: str) -> Bridge:
        return self.all.setdefault(name, Bridge())

    async def connect(self, name: str) -> None:
        """A new session, which is all that a wedged bridge needed."""
        mode = self.get(name).mode
        await self.change(name, mode="ok" if mode == "wedged" else mode, connected=True)

    @callback
    def disconnect(self, name: str) -> None:
        self.get(name).connected = False
        async_dispatcher_send(self.hass, changed(name))

    async def power(self, name: str, on: bool) -> None:
        """Switch its plug. A bridge that hung has forgotten why once it boots; the old session is gone."""
        bridge = self.get(name)
        healed = on and not bridge.power and bridge.mode in ("dead", "wedged", "relapsing")
        awake_at = time.time() + bridge.boot_seconds if on else bridge.awake_at
        connected = bridge.connected and on and bridge.power
        await self.change(name, power=on, mode="ok" if healed else bridge.mode, awake_at=awake_at, connected=connected)

    async def change(self, name: str, **values) -> None:
        bridge = self.get(name)
        if "mode" in values:
            values.setdefault("connected", values["mode"] in ANSWERING and bridge.power)
        for key, value in values.items():
            setattr(bridge, key, value)
        if bridge.connected:
            bridge.seen_at = time.time()
        await self.hass.async_add_executor_job(self.save)
        async_dispatcher_send(self.hass, changed(name))

    def save(self) -> None:
        self.path.write_text(json.dumps({name: asdict(bridge) for name, bridge in self.all.items()}))
