"""At the table: one screen for the scanner room, from the time-out to the dressing."""
