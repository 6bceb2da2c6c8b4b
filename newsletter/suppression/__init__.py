"""Whom we must not write to, and why."""
