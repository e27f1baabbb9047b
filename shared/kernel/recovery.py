"""How far back a restore may go, and what therefore has to be kept."""

from datetime import timedelta

RECOVERY_WINDOW = timedelta(days=14)
"""A restore goes back at most so far: base backups and WAL, the outboxes and the topics keep at least this much."""

WINDOW_MARGIN = timedelta(days=1)
"""By so much longer than the window is kept what facts are recognised by when they come again.

Services clear up at different moments, and a fact is marked as published a moment after it was handled.
"""
