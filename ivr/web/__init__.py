"""The web process: what the carrier asks, what people see, and the streams that keep their pages up to date.

`front` is the one door: it gives `hooks`, the carrier's webhooks, and `pages`, people's pages, threads of their own, so
that neither waits for the other. `event_streams` serves browsers' streams without a thread each; `wsgi` asks a Flask
app from an event loop; `request_limits` bounds what one request may bring.
"""
