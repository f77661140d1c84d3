"""The whole data set and its descriptions for people and programs."""
