"""plans.db made from the plan: rows, search documents, passages of a report, releases."""
