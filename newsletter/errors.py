"""Failures that people are told about: what happened, and what to do."""


class GazetteError(Exception):
    """A failure with a sentence for a person. Doors show it; nothing else about it leaves."""


class NotFoundError(GazetteError):
    """What was asked for does not exist."""


class RefusedError(GazetteError):
    """What was asked for is not allowed or makes no sense; nothing was changed."""
