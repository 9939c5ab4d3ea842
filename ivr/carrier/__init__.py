"""The telephone carrier: `port` says what the line asks of one, the `twilio` modules serve it over Twilio's REST API.

`signatures` tells the carrier's requests from forged ones. Another carrier is another set of modules here.
"""
