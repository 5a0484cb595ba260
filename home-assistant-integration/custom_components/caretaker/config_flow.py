"""Sets an agent up: its address, and a token from its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import ConfigEntry, ConfigFlow
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import TextSelector, TextSelectorConfig, TextSelectorType
import voluptuous as vol
from yarl import URL

from .client import AgentAway, AgentClient, AgentRefusedToken, AgentSaidNo
from .const import DEFAULT_URL, DOMAIN
from .state import AgentState

if TYPE_CHECKING:
    from homeassistant.data_entry_flow import FlowResult

ADDRESS = TextSelector(TextSelectorConfig(type=TextSelectorType.URL))
TOKEN = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))


def address_of(typed: str) -> str | None:
    """Clean what was typed down to scheme, host and port; None where it is no address."""
    try:
        url = URL(typed.strip())
        if url.scheme not in ("http", "https") or not url.host:
            return None
        return str(url.origin())
    except ValueError:
        return None


class CaretakerFlow(ConfigFlow, domain=DOMAIN):
    """Asks for the address and the token, and looks whether both hold."""

    VERSION = 1

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> FlowResult:
        """Set up an agent."""
        errors: dict[str, str] = {}
        if user_input is not None:
            url = address_of(user_input["url"])
            if url is None:
                errors["url"] = "not_an_address"
            else:
                state, errors = await self._look(url, user_input["token"])
                if state is not None:
                    data = {"url": url, "token": user_input["token"].strip()}
                    await self.async_set_unique_id(state.fingerprint)
                    # The same agent at another address, or with a new token, is still the same.
                    self._abort_if_unique_id_configured(updates=data)
                    return self.async_create_entry(title=state.firm_name, data=data)
        schema = vol.Schema({vol.Required("url", default=DEFAULT_URL): ADDRESS, vol.Required("token"): TOKEN})
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(schema, {"url": (user_input or {}).get("url")}),
            errors=errors,
        )

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> FlowResult:
        """Take a new token: the agent refuses the old one."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> FlowResult:
        """Ask for the new token."""
        entry: ConfigEntry | None = self.hass.config_entries.async_get_entry(self.context["entry_id"])
        if entry is None:
            return self.async_abort(reason="unknown_entry")
        errors: dict[str, str] = {}
        if user_input is not None:
            state, errors = await self._look(entry.data["url"], user_input["token"])
            if state is not None and state.fingerprint != entry.unique_id:
                return self.async_abort(reason="other_agent")
            if state is not None:
                data = {**entry.data, "token": user_input["token"].strip()}
                return self.async_update_reload_and_abort(entry, data=data, reason="reauth_successful")
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=vol.Schema({vol.Required("token"): TOKEN}),
            description_placeholders={"url": entry.data["url"]},
            errors=errors,
        )

    async def _look(self, url: str, token: str) -> tuple[AgentState | None, dict[str, str]]:
        """Answer the agent's state, or what to tell the person who typed."""
        client = AgentClient(async_get_clientsession(self.hass), url, token.strip())
        try:
            state = await client.state()
        except AgentRefusedToken:
            return None, {"token": "invalid_auth"}
        except (AgentAway, AgentSaidNo):
            return None, {"base": "cannot_connect"}
        if not state.is_confirmed:
            return None, {"base": "not_confirmed"}
        return state, {}
