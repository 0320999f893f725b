"""Gathers the tables of the doors for Django."""

from linli.doors.hotline12345.models import ImportBatch
from linli.doors.sheets.models import Made, SheetBatch, SheetExport
from linli.doors.tables.models import ImportProfile

__all__ = ["ImportBatch", "ImportProfile", "Made", "SheetBatch", "SheetExport"]
