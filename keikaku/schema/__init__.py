"""Ground floor: the tables, their codes and columns, what they are and how they are said."""
