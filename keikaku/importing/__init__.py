"""What people fill in with a spreadsheet -> the files of a plan."""
