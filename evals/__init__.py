"""What the copilot is held to: cases, exact scorers, a runner, and a report that a person can sign."""
