"""What other programs follow or find the site by: feed of changes, calendars, site map, search description."""
