"""Proof of work, after ALTCHA: a sum that a browser does in a moment, and a flood pays for every time. Pure."""

import base64
import json
from typing import Final

from altcha.v1 import ChallengeOptions, Payload, create_challenge, extract_params, verify_solution

HARDEST: Final = 100_000
"""The number to be found lies below this: on average fifty thousand hashes, a second or two on an old telephone."""

_LONGEST: Final = 4096


def challenge_for(key: str, token: str) -> dict[str, str | int]:
    """The sum for the page with this token, as `proof.js` and any ALTCHA client read it."""
    options = ChallengeOptions(max_number=HARDEST, hmac_key=key, params={"token": token})
    made = create_challenge(options).to_dict()
    return {name: made[name] for name in ("algorithm", "challenge", "maxNumber", "salt", "signature")}


def proves(key: str, token: str, answer: str) -> bool:
    """Whether the answer, base64 over JSON, solves a sum that was set for this token."""
    payload = _payload(answer)
    if payload is None or not verify_solution(payload, key, check_expires=False)[0]:
        return False
    return extract_params(payload.to_dict()).get("token") == [token]


def _payload(answer: str) -> Payload | None:
    if not answer or len(answer) > _LONGEST:
        return None
    try:
        said = json.loads(base64.b64decode(answer, validate=True))
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    texts = [said.get(name) for name in ("challenge", "salt", "signature")]
    number = said.get("number")
    if said.get("algorithm") != "SHA-256" or not isinstance(number, int) or not all(isinstance(t, str) for t in texts):
        return None
    challenge, salt, signature = (str(text) for text in texts)
    return Payload("SHA-256", challenge, number, salt, signature)
