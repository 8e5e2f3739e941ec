"""The study: pure functions from observations and knowledge to assessments. No I/O, no clock."""
