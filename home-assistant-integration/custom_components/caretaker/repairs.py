"""The one way to allow something in Home Assistant: a person opens the repair, reads it and presses Allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from homeassistant.auth.models import TOKEN_TYPE_NORMAL
from homeassistant.components.http.const import KEY_HASS_REFRESH_TOKEN_ID
from homeassistant.components.repairs import RepairsFlow
from homeassistant.core import HomeAssistant
from homeassistant.helpers.http import current_request

from .client import AgentAway, AgentRefusedToken, AgentSaidNo
from .const import DOMAIN
from .questions import words_of
from .state import Question
from .watch import AgentWatch

if TYPE_CHECKING:
    from homeassistant.data_entry_flow import FlowResult


def is_person(hass: HomeAssistant) -> bool:
    """Whether somebody who signed in presses this button.

    A long-lived token is given to programs, and the firm itself may hold one. What a program says is nobody's yes.
    """
    request = current_request.get()
    token_id = None if request is None else request.get(KEY_HASS_REFRESH_TOKEN_ID)
    token = None if token_id is None else hass.auth.async_get_refresh_token(token_id)
    return token is not None and token.token_type == TOKEN_TYPE_NORMAL


class QuestionFlow(RepairsFlow):
    """Shows one question and takes its answer."""

    def __init__(self, watch: AgentWatch | None, question: Question | None) -> None:
        """Keep the question as it is shown: the answer holds for this one alone."""
        self._watch = watch
        self._question = question

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> FlowResult:
        """Say what is asked, with Allow and No."""
        if self._watch is None or self._question is None:
            return self.async_abort(reason="over")
        return self.async_show_menu(
            step_id="init",
            menu_options=["allow", "no"],
            description_placeholders=words_of(self._watch, self._question),
        )

    async def async_step_allow(self, user_input: dict[str, Any] | None = None) -> FlowResult:
        """Somebody pressed Allow."""
        if not is_person(self.hass):
            return self.async_abort(reason="not_a_person")
        return await self._answer("allow")

    async def async_step_no(self, user_input: dict[str, Any] | None = None) -> FlowResult:
        """Somebody pressed No."""
        return await self._answer("no")

    async def _answer(self, answer: Literal["allow", "no"]) -> FlowResult:
        watch, question = self._watch, self._question
        if watch is None or question is None:
            return self.async_abort(reason="over")
        try:
            await watch.client.answer(question.request_id, question.digest, answer)
        except AgentSaidNo as error:
            return self.async_abort(reason="refused", description_placeholders={"message": str(error)})
        except (AgentAway, AgentRefusedToken):
            return self.async_abort(reason="away")
        return self.async_create_entry(title="", data={})


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Begin the flow of one issue."""
    data = data or {}
    watch: AgentWatch | None = hass.data.get(DOMAIN, {}).get(data.get("entry_id"))
    asked = () if watch is None else watch.state.questions
    question = next((one for one in asked if one.request_id == data.get("request_id")), None)
    return QuestionFlow(watch, question)
