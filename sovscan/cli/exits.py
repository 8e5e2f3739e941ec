"""Exit codes: a contract with cron jobs (they change only with a major version)."""

DONE = 0
FAILED = 1
WRONG_USE = 2
THRESHOLD_MISSED = 3
TOO_LITTLE_SEEN = 4
LOCKED = 5
INTERRUPTED = 130
