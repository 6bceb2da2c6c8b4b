"""Settings, defaults, logging and the web server's configuration: below everything else."""
