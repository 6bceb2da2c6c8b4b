"""Addresses that others call."""
