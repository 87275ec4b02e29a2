"""The lines that the programs about the deployed stack print, and how they end."""

import json
import sys
import time


class Checks:
    """Prints a line for each check, goes on after one that fails, and ends with 1 if any did."""

    def __init__(self):
        self.made = self.failed = 0

    def equal(self, what, expected, there):
        self.that(what, plain(expected) == plain(there), expected, there)

    def that(self, what, holds, expected, there):
        self.made += 1
        print(f"{'ok    ' if holds else 'FAILED'} {what}", flush=True)
        if not holds:
            self.failed += 1
            print(f"       expected {text(expected)}\n       there is {text(there)}", flush=True)

    def end(self):
        print(f"{self.made} checks, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed or not self.made else 0)


def text(value):
    return value if isinstance(value, str) else json.dumps(plain(value), sort_keys=True)


def plain(value):
    """Numbers and truth values as text: CloudFormation takes both for the same."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def wait_for(look, seconds=20):
    """The first answer of `look` that is something, or the last one when the time is over."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found or time.monotonic() > end:
            return found
        time.sleep(0.2)
