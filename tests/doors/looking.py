"""Short ways for the tests of tables: look at rows, bring them in, take them back, as one of the cast."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import cast
from doors import roll

from linli.access.api import Principal
from linli.doors.sheets.examine import Asked, Examined, examine
from linli.doors.sheets.models import SheetBatch
from linli.doors.sheets.reading import shape_of
from linli.doors.sheets.running import Wanted, import_file
from linli.doors.tables.reader import Rows
from linli.territory.api import area_by_code


@dataclass
class Desk:
    """One of the cast with tables in his hand."""

    actor: Principal
    area: str = cast.HOME_AREA

    @contextmanager
    def scope(self) -> Iterator[Principal]:
        """The open transaction of the test, under the identity it has."""
        yield self.actor

    def look(self, rows: Sequence[roll.Row] | Rows, *, fill_down: bool = False, update: bool = False) -> Examined:
        """What a table would do."""
        found = rows if isinstance(rows, Rows) else roll.read(roll.workbook(rows))
        asked = Asked(area_by_code(self.area), shape_of(found), fill_down=fill_down, update_known=update)
        return examine(self.actor, found, asked)

    def bring(
        self, rows: Sequence[roll.Row] | Rows, *, good_alone: bool = True, fill_down: bool = False, update: bool = False
    ) -> SheetBatch:
        """Bring a table in at once."""
        found = rows if isinstance(rows, Rows) else roll.read(roll.workbook(rows))
        wanted = Wanted(self.area, fill_down=fill_down, update_known=update)
        return import_file(found, wanted, good_alone=good_alone, scope=self.scope)

    def codes(self, rows: Sequence[roll.Row]) -> list[tuple[int, str, str]]:
        """Row, code and column of everything that is wrong."""
        return [(one.row, str(one.code), one.column) for one in self.look(rows).in_order()]
