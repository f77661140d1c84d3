"""Keeping the running site fast, safe and up."""
