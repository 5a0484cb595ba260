"""What the agent says of itself, checked once where it comes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .const import API_VERSION


class NotUnderstood(Exception):
    """The answer is not what the agent's local API promises."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something that the firm asks the people of this home to allow."""

    request_id: str
    # Of exactly this proposal: an answer to another one is refused by the agent.
    digest: str
    technician: str
    why: str
    # In the agent's own words, never in the firm's.
    lines: tuple[str, ...]
    answer_by: datetime
    is_private: bool


@dataclass(frozen=True, slots=True)
class AtWork:
    """Who of the firm works on this home now."""

    technician: str
    why: str
    since: datetime


@dataclass(frozen=True, slots=True)
class AgentState:
    """All that the agent's local API says, as far as this integration uses it."""

    firm_name: str
    fingerprint: str
    is_hub_connected: bool
    is_confirmed: bool
    hub_alone: str
    stopped_at: datetime | None
    at_work: AtWork | None
    questions: tuple[Question, ...]
    language: str

    @property
    def is_service_allowed(self) -> bool:
        """Whether the firm may do anything here at all."""
        return self.is_confirmed and self.stopped_at is None


def read_state(said: Any) -> AgentState:
    """Read what `GET /api/state` answers."""
    try:
        if said["version"] != API_VERSION:
            raise NotUnderstood(
                f"The agent speaks version {said['version']} of its local API, and this"
                f" integration version {API_VERSION}: update the older of the two"
            )
        # Before it is paired there is no firm.
        firm = said["firm"] or {"name": "Caretaker"}
        return AgentState(
            firm_name=_text(firm["name"]),
            fingerprint=_text(said["fingerprint"]),
            is_hub_connected=said["hub"]["connected"] is True,
            is_confirmed=said["confirmed"] is True,
            hub_alone=_text(said["hubAlone"]),
            stopped_at=None if said["stoppedAt"] is None else _moment(said["stoppedAt"]),
            at_work=None if said["atWork"] is None else _read_at_work(said["atWork"]),
            questions=tuple(_read_question(question) for question in said["questions"]),
            language=_text(said["language"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotUnderstood(f"The agent's answer cannot be understood: {error!r}") from error


def _read_at_work(said: Mapping[str, Any]) -> AtWork:
    return AtWork(
        technician=_text(said["technician"]),
        why=_text(said["why"]),
        since=_moment(said["since"]),
    )


def _read_question(said: Mapping[str, Any]) -> Question:
    return Question(
        request_id=_text(said["requestId"]),
        digest=_text(said["digest"]),
        technician=_text(said["technician"]),
        why=_text(said["why"]),
        lines=tuple(_text(line) for line in said["lines"]),
        answer_by=_moment(said["answerBy"]),
        is_private=said["private"] is True,
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError(f"{value} has no time zone")
    return moment
