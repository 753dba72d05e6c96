"""What must survive a restart: runs, watermarks, leases, dead letters."""
