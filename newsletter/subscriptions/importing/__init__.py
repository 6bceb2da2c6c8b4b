"""Readers from other systems: a file is read, shown as a table of what is in it, and taken in as an editor chooses."""
