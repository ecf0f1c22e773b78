"""Everything a running backend needs, and nothing else: this package travels in each bundle."""

__version__ = "0.1.0"
