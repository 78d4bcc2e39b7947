"""Turn reported movements into a defensible route map."""

__version__ = "0.1.0"
