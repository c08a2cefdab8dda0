"""Speed and accuracy against peers, truth and the machine's limit; never part of the tests."""
