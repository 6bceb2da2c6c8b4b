"""Reading feeds of all kinds into one form."""
