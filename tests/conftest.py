"""What all tests share: property tests draw the same examples each time, and leave no files."""

from hypothesis import settings

settings.register_profile("routemap", deadline=None, derandomize=True, database=None)
settings.load_profile("routemap")
