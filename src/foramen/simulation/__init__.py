"""The digital patient: anatomy and CT with known truth."""
