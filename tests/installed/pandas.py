"""In the way of pandas, which sqlite-utils loads where it is: see INSTALLED in tests/programs.py."""

raise ImportError("not installed")
