"""Faces for machines, one folder for each outside system."""
