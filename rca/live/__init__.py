"""Live: probes of running processes that fill the same tables. None stands here yet; one is one file."""
