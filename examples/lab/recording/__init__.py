"""Records an incident of the order service: builds its releases, drives it, samples it, writes the bundle."""
