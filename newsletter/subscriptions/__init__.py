"""Readers: who subscribes to what, with which choices, and the evidence that they agreed."""
