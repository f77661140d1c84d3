"""Ground floor: digests, files and folders written whole or not at all, archives with fixed dates."""
