"""A call's sound: 8 kHz mu-law, in frames of 20 ms (160 bytes) from one end to the other.

Here it is mixed, played, recorded and streamed to the application, at the pace of one clock, the ticker.
"""
