"""What people may be."""

ROLES = ("agent", "reviewer", "supervisor", "admin")
ADMIN = "admin"
