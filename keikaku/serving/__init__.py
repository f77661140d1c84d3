"""What stands around Datasette.

layers, connections            what every request passes, and how every connection is set up: one list each
startup, site_check, health    what is checked and opened before the first request, and told later
baking, pages_command          the baked site: asking for it, and the command that writes it
baked_site, site_folder        sending its files, and where they lie
visitors, sql_worker           which requests carry SQL of a visitor's own, and the processes that run it
sql_guard, sql_help            what a statement may do, and how SQLite's complaints are said
errors, refusals, questions    what is said when there is no answer, or a question cannot be read
headers, site_address          what every answer says of itself, and under which address the site is known
datasette_private              the few names of Datasette that are not public
"""
