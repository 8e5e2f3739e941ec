"""sovscan: on whom does a public body's mail, DNS, hosting and CDN depend, and who can reach it?"""

__version__ = "0.1.0"
