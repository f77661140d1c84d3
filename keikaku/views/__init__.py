"""What the site answers besides Datasette's own pages: each view takes (datasette, request) and calls keikaku.publish."""
