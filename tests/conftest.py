"""Properties are tested with the same examples in every run: a failure is found again, and CI never fails by chance."""

from hypothesis import settings

settings.register_profile("rca", derandomize=True, deadline=None)
settings.load_profile("rca")
