"""Where encrypted recordings lie: a folder, or a bucket of an S3-compatible store. `port` is what both can do."""
