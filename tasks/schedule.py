"""What the scheduler rings for. Only nudges: what is due stands in the database."""

from typing import Any


def schedule(sweep_seconds: float) -> dict[str, dict[str, Any]]:
    """Celery's beat schedule; a nudge that nobody took before the next one is dropped."""
    return {
        "sweep": {
            "task": "tasks.upkeep.sweep",
            "schedule": sweep_seconds,
            "options": {"expires": sweep_seconds},
        }
    }
