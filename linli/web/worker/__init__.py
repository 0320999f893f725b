"""The worker's face: today's matters on a phone."""
