"""The local inbox, where mail stays while there is no relay."""
