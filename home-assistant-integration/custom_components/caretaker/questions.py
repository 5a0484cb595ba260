"""Keeps Home Assistant's repairs in step with what the agent asks."""

from __future__ import annotations

import re

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .state import Question
from .watch import AgentWatch

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&:])")


def plain(text: str) -> str:
    """Let nobody's words look like anything but words: no links, no headings, no lines of their own."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def issue_of(question: Question) -> str:
    """Name the issue of a question."""
    return f"question_{question.request_id}"


def words_of(watch: AgentWatch, question: Question) -> dict[str, str]:
    """Fill the blanks of the translated texts."""
    return {
        "firm": plain(watch.state.firm_name),
        "technician": plain(question.technician),
        "why": plain(question.why),
        "lines": "\n".join(f"- {plain(line)}" for line in question.lines),
        "answer_by": dt_util.as_local(question.answer_by).strftime("%Y-%m-%d %H:%M"),
    }


class Questions:
    """The issues of one agent. Each is there for as long as its question is open."""

    def __init__(self, hass: HomeAssistant, watch: AgentWatch) -> None:
        """Begin with none."""
        self._hass = hass
        self._watch = watch
        self._shown: set[str] = set()

    @callback
    def refresh(self) -> None:
        """Show what is asked, and take away what is not any more or cannot be answered now."""
        asked = self._watch.state.questions if self._watch.is_there else ()
        for question in asked:
            ir.async_create_issue(
                self._hass,
                DOMAIN,
                issue_of(question),
                data={
                    "entry_id": self._watch.entry.entry_id,
                    "request_id": question.request_id,
                },
                is_fixable=True,
                severity=ir.IssueSeverity.WARNING,
                translation_key="private_question" if question.is_private else "question",
                translation_placeholders=words_of(self._watch, question),
            )
        self._take_away(self._shown - {issue_of(question) for question in asked})
        self._shown = {issue_of(question) for question in asked}

    @callback
    def clear(self) -> None:
        """The entry is unloaded: nothing can be answered."""
        self._take_away(self._shown)
        self._shown = set()

    def _take_away(self, issues: set[str]) -> None:
        for issue in issues:
            ir.async_delete_issue(self._hass, DOMAIN, issue)
