"""Newsletters and their topics."""
