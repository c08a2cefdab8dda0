"""What a person reads: pictures, HTML and PDF."""
