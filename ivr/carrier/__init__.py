"""The telephone carrier, behind one port.

`port` says what the line asks of a carrier, `callbacks` what a carrier tells it, `signatures` who may tell it, and
`documents` what it is answered with; a `dialect` holds the last three. Each carrier is a folder that serves all of
them, `twilio` so far, and `chosen` says which one the line runs on.
"""
