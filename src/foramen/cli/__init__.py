"""The application in the terminal."""
