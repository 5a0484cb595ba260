"""One form: what to call it, and whether it is a bridge or the plugs. A second one to sign in again."""

from homeassistant import config_entries
import voluptuous as vol

from .bridges import DOMAIN

PASSWORD = "open sesame"


class CaretakerTestFlow(config_entries.ConfigFlow, domain=DOMAIN):
    VERSION = 1

    async def async_step_user(self, user_input=None):
        if user_input is None:
            form = vol.Schema({vol.Required("name"): str, vol.Required("kind"): vol.In(["bridge", "plugs"])})
            return self.async_show_form(step_id="user", data_schema=form)
        await self.async_set_unique_id(user_input["name"])
        self._abort_if_unique_id_configured()
        return self.async_create_entry(title=user_input["name"], data={"kind": user_input["kind"]})

    async def async_step_reauth(self, entry_data):
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input=None):
        errors = {}
        if user_input is not None:
            if user_input["password"] == PASSWORD:
                entry = self.hass.config_entries.async_get_entry(self.context["entry_id"])
                await self.hass.data[DOMAIN].change(entry.title, mode="ok")
                self.hass.async_create_task(self.hass.config_entries.async_reload(entry.entry_id))
                return self.async_abort(reason="reauth_successful")
            errors["base"] = "invalid_auth"
        form = vol.Schema({vol.Required("password"): str})
        return self.async_show_form(step_id="reauth_confirm", data_schema=form, errors=errors)
