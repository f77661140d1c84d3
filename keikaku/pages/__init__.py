"""What the pages show beyond rows: pictures, citations, forms, timelines."""
