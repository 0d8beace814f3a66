"""Nightly evaluation: runs an evaluation job for each project of a plan, and leaves a report."""
