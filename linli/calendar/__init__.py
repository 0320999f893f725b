"""Working days, shifts and working-time arithmetic."""
