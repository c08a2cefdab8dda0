"""How to get there: targets, constraints, route search, robustness and the plan."""
