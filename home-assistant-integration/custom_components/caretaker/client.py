"""Speaks the agent's local API. It knows nothing of Home Assistant."""

from __future__ import annotations

from collections.abc import AsyncIterator
import json
from typing import Any, Literal

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout

from .state import AgentState, NotUnderstood, read_state

ANSWER_SECONDS = 10
# An agent says something at least this often; a line that is silent for longer is opened anew.
SILENT_SECONDS = 90
# Far more than any state is. A line that never ends must not fill the memory of the house.
EVENT_BYTES = 1_000_000


class AgentAway(Exception):
    """The agent does not answer, or not as it should. It may do so again."""


class AgentRefusedToken(Exception):
    """The agent does not know the token: somebody made a new one on its page."""


class AgentSaidNo(Exception):
    """The agent understood and refused. The message is for a person, the code for us."""

    def __init__(self, code: str, message: str) -> None:
        """Keep both."""
        super().__init__(message)
        self.code = code


class AgentClient:
    """One agent, at one address."""

    def __init__(self, session: ClientSession, url: str, token: str) -> None:
        """Take what every request needs."""
        self._session = session
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}

    async def state(self) -> AgentState:
        """Ask for the state of now."""
        return _understood(await self._ask("GET", "/api/state"))

    async def answer(self, request_id: str, digest: str, answer: Literal["allow", "no"]) -> None:
        """Give the household's answer to exactly the proposal of this digest."""
        words = {"requestId": request_id, "digest": digest, "answer": answer}
        await self._ask("POST", "/api/answer", words)

    async def stop(self) -> None:
        """Stop everything, at once."""
        await self._ask("POST", "/api/stop", {})

    async def allow_again(self) -> None:
        """Let things be as they were before Stop."""
        await self._ask("POST", "/api/allow-again", {})

    async def help(self, words: str) -> None:
        """Ask the firm for help."""
        await self._ask("POST", "/api/help", {"words": words})

    async def events(self) -> AsyncIterator[AgentState]:
        """Follow the state: as it is now, and at each change until the line ends."""
        timeout = ClientTimeout(total=None, sock_connect=ANSWER_SECONDS, sock_read=SILENT_SECONDS)
        headers = {**self._headers, "Accept": "text/event-stream"}
        try:
            async with self._session.get(
                self._url + "/api/events", headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                await _expect_good(response)
                # Asked for once the line is open, so that no change falls in between.
                yield await self.state()
                async for data in _read_events(response):
                    yield _understood(data)
        except (ClientError, TimeoutError) as error:
            raise AgentAway(f"The line to {self._url} ended: {error!r}") from error

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        try:
            # A redirect would carry the token to another place.
            async with self._session.request(
                method,
                self._url + path,
                json=body,
                headers=self._headers,
                timeout=ClientTimeout(total=ANSWER_SECONDS),
                allow_redirects=False,
            ) as response:
                await _expect_good(response)
                text = await response.text()
        except (ClientError, TimeoutError, UnicodeDecodeError) as error:
            raise AgentAway(f"{self._url} does not answer: {error!r}") from error
        return _parse(text) if text else None


async def _expect_good(response: ClientResponse) -> None:
    if response.status in (200, 202, 204):
        return
    if response.status == 401:
        raise AgentRefusedToken(f"{response.url.origin()} does not know the token")
    try:
        said = _parse(await response.text())
    except (AgentAway, UnicodeDecodeError):
        said = None
    if response.status < 400 or response.status >= 500 or not isinstance(said, dict):
        raise AgentAway(f"{response.url.origin()} answered {response.status}")
    message = said.get("message") or said.get("detail") or said.get("title")
    raise AgentSaidNo(str(said.get("code", "refused")), str(message or f"refused ({response.status})"))


async def _read_events(response: ClientResponse) -> AsyncIterator[Any]:
    """Read server-sent events; only their data matters here."""
    buffer = b""
    async for part in response.content.iter_any():
        buffer += part.replace(b"\r", b"")
        *events, buffer = buffer.split(b"\n\n")
        if len(buffer) > EVENT_BYTES:
            raise AgentAway("The agent began a message that does not end")
        for event in events:
            lines = [line[5:].strip() for line in event.split(b"\n") if line.startswith(b"data:")]
            if lines:
                yield _parse(b"\n".join(lines).decode(errors="replace"))


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise AgentAway("The agent's answer is not JSON: is this its address?") from error


def _understood(said: Any) -> AgentState:
    try:
        return read_state(said)
    except NotUnderstood as error:
        raise AgentAway(str(error)) from error
