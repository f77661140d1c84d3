"""What is made from a finished database: tables, catalogue, feeds, records. Knows the database, no request."""
