"""Editors: the people who may use the desk."""
