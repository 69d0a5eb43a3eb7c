"""Designs of many points: making them, running them so that nothing is run twice, keeping their rows."""
