"""Foramen: plan, guide and follow up image-guided lumbar nerve root injections.

One folder per stage of the journey: `imaging` (what a scan is), `anatomy` (what is in it), `planning` (how to get
there), `pathway` (the patient's way through), `simulation` (the digital patient), `reports` (what a person reads)
and `cli` (the application in the terminal).
"""

__version__ = "0.1.0"
