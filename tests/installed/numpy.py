"""In the way of numpy, which sqlite-utils loads where it is: see INSTALLED in tests/programs.py."""

raise ImportError("not installed")
