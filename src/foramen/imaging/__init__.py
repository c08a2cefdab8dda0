"""What a scan is: volumes, reading and resampling."""
