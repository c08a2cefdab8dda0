"""The patient's way through, from referral to outcome, as pure rules with sources."""
