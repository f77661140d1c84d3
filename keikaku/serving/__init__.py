"""Keeping the running site fast, safe and up.

site_check, served_copy, live_database, edition   which data and which site are served, and since when
answer_cache, kept_results, compression           what is kept in memory, and how it is sent
headers, conditions, refusals                     what every answer says of itself, and what is said when there is none
sql_guard, sql_lane, lane_process, lane_site      visitors' SQL: what it may do, who waits, and where it runs
traffic, access_log, figures                      what is noted of each request

live_database and lane_site are made on Datasette's own classes; all others know nothing of it.
"""
