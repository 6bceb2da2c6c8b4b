"""What became of one attempt to hand a mail over: values, matched exhaustively."""

import re
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final


class Phase(StrEnum):
    """How far a conversation with a relay had come; the same code means other things in each."""

    CONNECT = auto()
    GREETING = auto()
    TLS = auto()
    LOGIN = auto()
    MAIL = auto()
    RCPT = auto()
    DATA = auto()
    DOT = auto()


class Scope(StrEnum):
    """Whom an answer concerns: this mail, or every mail that the relay would get now."""

    MAIL = auto()
    RELAY = auto()


@dataclass(frozen=True, slots=True)
class Accepted:
    """The relay has taken responsibility (RFC 5321, section 4.2.5)."""

    reply: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not now; the mail was certainly not taken."""

    reply: str
    scope: Scope = Scope.MAIL


@dataclass(frozen=True, slots=True)
class Refused:
    """Never; trying again would be answered the same."""

    reply: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The mail was handed over and no answer came: it may or may not have been taken."""

    reply: str


Outcome = Accepted | Deferred | Refused | Unknown

_SENDER_PHASES: Final = frozenset({Phase.CONNECT, Phase.GREETING, Phase.TLS, Phase.LOGIN, Phase.MAIL})
_CLOSING: Final = 421
_SUCCESS: Final = 2
_TEMPORARY: Final = 4
_PERMANENT: Final = 5
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")
_LONGEST_REPLY: Final = 500


def reply_text(code: int, text: bytes | str) -> str:
    """A relay's answer as one bounded line, fit for a row and a log."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return _CONTROL.sub(" ", f"{code} {words}").strip()[:_LONGEST_REPLY]


def outcome_of(phase: Phase, code: int, text: bytes | str) -> Outcome:
    """What a reply means, given where in the conversation it came.

    A refusal before the recipient was named concerns us, never the reader: the relay is left
    alone for a while and the mail waits (CONFORMANCE 2.2).
    """
    reply = reply_text(code, text)
    if is_out_of_turn(code):
        return broken_off(phase, reply)
    if code // 100 == _SUCCESS:
        return Accepted(reply)
    if phase in _SENDER_PHASES or code == _CLOSING:
        return Deferred(reply, Scope.RELAY)
    if code // 100 == _TEMPORARY:
        return Deferred(reply)
    return Refused(reply)


def is_out_of_turn(code: int) -> bool:
    """Whether a reply answers nothing: no code at all (-1), or one that has no place here (354, say).

    Both sides disagree about where the conversation stands, so it cannot go on.
    """
    return code // 100 not in {_SUCCESS, _TEMPORARY, _PERMANENT}


def ends_the_conversation(code: int) -> bool:
    """Whether nothing more can be said on this connection after a reply."""
    return code == _CLOSING or is_out_of_turn(code)


def broken_off(phase: Phase, detail: str) -> Outcome:
    """What it means that the connection ended in a phase, without an answer that can be understood.

    Only after the final dot may the mail have been taken; before it, it certainly was not.
    """
    if phase is Phase.DOT:
        return Unknown(f"no answer after the mail was handed over ({detail})")
    return Deferred(f"the connection broke off ({detail})", Scope.RELAY)
