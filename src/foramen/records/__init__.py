"""What is kept: the case as an append-only stream of events, what it adds up to, and who read it."""
