"""What several benches use: callers, lines, recordings, sounds; and pictures and lines that are made once."""
