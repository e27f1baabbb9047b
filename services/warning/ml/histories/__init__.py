"""Histories of events in one plain form, and what can be learnt and measured on them alone."""
