"""Worlds to look at: the demonstration with its cast, and synthetic ones of any size."""
