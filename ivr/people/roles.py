"""The roles that a person may have; each opens its own pages."""

ROLES = ("agent", "reviewer", "supervisor", "admin")
ADMIN = "admin"
