"""Figures, not tests: `make bench`. Compare ratios within one run; absolute times depend on the machine."""
