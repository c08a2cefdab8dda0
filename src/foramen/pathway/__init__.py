"""The patient's way through, from referral to outcome, as pure rules with sources.

`facts` says what is known (`Referral`), `engine` reads rules and applies them, and each stage of the way has its own
folder: `localisation`, `medication`, `screening`, `consent`, `procedure`, `injectate`, `recovery`, `followup`. The
rules themselves, with their sources, are the TOML files under `rules/`. No function here reads a clock or writes a
file.
"""
