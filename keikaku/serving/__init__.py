"""What stands around Datasette.

layers                       what every request passes, in one list
startup                      what is checked and opened before the first request, and told later
baking, baked_site           writing the baked site, and sending its files
visitors, sql_worker         which requests carry SQL of a visitor's own, and the processes that run it
sql_guard                    how every connection is set up, and what a statement may do
errors, refusals             what is said when there is no answer; the words stand in refusals.yml
headers, site_address        what every answer says of itself, and under which address the site is known
datasette_private            the few names of Datasette that are not public
"""
