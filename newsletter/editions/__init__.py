"""Editions: when they are due, what stands in them, and who gets which digest."""
