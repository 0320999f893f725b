from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class GlassBroken:
    """Somebody reaches beyond his area for a while; whoever stands above him must look at it.

    area_id: the area he reaches now. home_id: the area of his post.
    """

    glass_id: UUID
    area_id: int
    home_id: int
