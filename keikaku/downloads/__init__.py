"""Data to take away: tables as CSV and workbooks, the files of the whole data set, and what describes them."""
