"""The body map: the figure, the areas a drawing covers, and its page."""
