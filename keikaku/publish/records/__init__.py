"""One record: its citation, its linked data, its picture, its checks."""
