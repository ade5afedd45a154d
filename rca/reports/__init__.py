"""Reports: a `Report` in, one form of it out. No report imports another report."""
