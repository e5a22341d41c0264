"""Drafted actions: who may decide, what was approved, and the one run that follows. No model has a part in any of it."""
