"""Rows as files and as tables of a page: CSV, JSON, workbook, and what is said beside them."""
