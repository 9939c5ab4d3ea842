"""People's pages: an agent's desk, the supervisor's board, quality, the roster of people, and signing in.

`assembly` puts all of them on one Flask app and gives each what it needs. A module is one page or one matter of it;
`*_screen` reads from SQL what a page shows, and `formats` turns values into text. `signed_in` knows who asks and what
they may open; `security` guards every page.
"""
