"""What the button "Download diagnostics" gives."""

from dataclasses import asdict

from .bridges import DOMAIN


async def async_get_config_entry_diagnostics(hass, entry):
    about = {} if entry.data["kind"] == "plugs" else asdict(hass.data[DOMAIN].get(entry.title))
    return {"title": entry.title, **about, "password": "**REDACTED**"}
