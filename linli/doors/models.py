"""Gathers the tables of the doors for Django."""

from linli.doors.hotline12345.models import ImportBatch, ImportProfile

__all__ = ["ImportBatch", "ImportProfile"]
