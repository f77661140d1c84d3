"""The plan: its model, and data/ read into it and checked."""
