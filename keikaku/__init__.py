"""A city's printed plan as a small, exact, citable SQLite database (計画 = plan)."""
