"""Files for machines: one row format a name, each a small port that writes rows to a stream."""

from sovscan.report.formats.rows import COLUMNS, FORMATS, shape

__all__ = ["COLUMNS", "FORMATS", "shape"]
