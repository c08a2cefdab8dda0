"""What is in a scan: structures, label maps, the spine as geometry, foramina and nerve roots."""
