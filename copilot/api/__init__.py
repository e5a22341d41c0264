"""The HTTP door: routes under /api/v1, and the health pages."""
