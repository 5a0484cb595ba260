"""Follows one agent for as long as its config entry is loaded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
import logging
import random

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from .client import AgentAway, AgentClient, AgentRefusedToken, AgentSaidNo
from .state import AgentState

_LOGGER = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0


class AgentWatch:
    """The newest state of the agent, and those who want to hear of it."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, client: AgentClient, state: AgentState) -> None:
        """Start from a state that was asked for already."""
        self.hass = hass
        self.entry = entry
        self.client = client
        self.state = state
        self.is_there = True
        self._listeners: list[CALLBACK_TYPE] = []

    def start(self) -> None:
        """Follow the agent; ends by itself when the entry is unloaded."""
        self.entry.async_create_background_task(self.hass, self._follow(), f"caretaker {self.state.fingerprint}")

    @callback
    def listen(self, listener: CALLBACK_TYPE) -> Callable[[], None]:
        """Call `listener` after each change; answers what ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def _follow(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                async for state in self.client.events():
                    pause = FIRST_PAUSE_SECONDS
                    self._heard(state)
            except AgentRefusedToken as error:
                self._lost(error)
                self.entry.async_start_reauth(self.hass)
                return
            except (AgentAway, AgentSaidNo) as error:
                # A line may end for no reason, and is there again at once; only a second failure is news.
                if pause > FIRST_PAUSE_SECONDS:
                    self._lost(error)
            # Homes whose power came back together do not knock together.
            await asyncio.sleep(pause * random.uniform(0.5, 1))
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    @callback
    def _heard(self, state: AgentState) -> None:
        if state.fingerprint != self.entry.unique_id:
            self._lost(AgentAway("Another agent answers at this address: set Caretaker up anew if that is meant"))
            return
        if not self.is_there:
            _LOGGER.info("The agent answers again")
        self.is_there = True
        self.state = state
        self._tell()

    @callback
    def _lost(self, error: Exception) -> None:
        if not self.is_there:
            return
        _LOGGER.warning("The agent is away: %s", error)
        self.is_there = False
        self._tell()

    @callback
    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener()
