"""Lists and calendars changed: nothing that is open changes its promise; new matters take the new values."""

from __future__ import annotations

from linli.calendar.events import CalendarChanged
from linli.catalogue.events import ItemAdmitted, ItemOverridden, ItemRefused, ItemRetired, ItemRevised
from linli.outbox.api import nobody_listens

for changed in (ItemAdmitted, ItemRefused, ItemRevised, ItemOverridden, ItemRetired):
    nobody_listens(changed, "a case keeps the version it was opened with")
nobody_listens(CalendarChanged, "clocks are derived anew at the next step of each matter, from the calendar in force")
