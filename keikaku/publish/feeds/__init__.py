"""Changes as Atom, deadlines as iCalendar, and what search engines read."""
