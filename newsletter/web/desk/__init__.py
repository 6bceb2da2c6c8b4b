"""The desk: the editors' pages."""
