"""The application with three digital patients in it, each at another stage of the journey, as `make demo` starts it.

Everything in their cases was made by the functions that make it for anybody: the screening by the rules, the plan by
the worker, the procedure by the walk of `foramen demo`. `python -m foramen.cli.demo_site start` does it.
"""
