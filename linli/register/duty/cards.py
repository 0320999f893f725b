"""Cards of those who answer (三亮: 亮身份、亮职责、亮承诺): shown with consent, hidden when it is withdrawn."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from linli.access.api import Principal, require, within
from linli.accounts.api import HEAD_ROLES
from linli.audit.api import record
from linli.kernel.clock import now
from linli.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound, WrongState
from linli.kernel.text import normalise
from linli.register.duty.models import Card
from linli.register.duty.queries import Holder
from linli.register.duty.rules import MAX_WORDS, Seat
from linli.register.duty.statements import rows
from linli.territory.api import Area


@dataclass(frozen=True, slots=True)
class CardWords:
    """What a card says. reach: how to reach him, as he wants to be reached."""

    shown_name: str
    duty_words: str
    reach: str
    promise: str = ""


@dataclass(frozen=True, slots=True)
class ShownCard:
    """One card at a door: which level of which chain, where, and the words. `stands_in`: for somebody on leave."""

    level: str
    depth: int
    seat: Seat
    spot: str
    stands_in: bool
    words: CardWords


def cards_at(place_id: int) -> tuple[str, list[ShownCard]]:
    """The address of a compound, building or entrance and the cards of those who answer there, nearest first.

    For everybody. Raises NotFound for anything else, also for a home.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"select {_authz()}.said_of(%s)", [place_id])
        address = cursor.fetchone()[0]
        if address is None:
            raise NotFound(_("No such place."), code="place_unknown")
    english = (get_language() or "").startswith("en")
    return address, [
        ShownCard(
            level=en if english and en else zh, depth=depth, seat=Seat(seat), spot=spot, stands_in=stands_in,
            words=CardWords(shown_name=name, duty_words=duty, promise=promise, reach=reach),
        )
        for zh, en, depth, seat, spot, stands_in, name, duty, promise, reach in rows("cards", {"place": place_id})
    ]  # fmt: skip


def cards(actor: Principal) -> list[Card]:
    """The cards of the actor's area that are shown, by name."""
    rows = within(Card.objects.filter(withdrawn_at__isnull=True), actor)
    return list(rows.select_related("area", "post__user").order_by("area__path", "shown_name", "id"))


def own_card(actor: Principal) -> Card | None:
    """The card of the actor's own post."""
    return Card.objects.filter(withdrawn_at__isnull=True, post_id=actor.post_id).first()


@transaction.atomic
def give_card(*, actor: Principal, holder: Holder, area: Area, words: CardWords, consents: bool) -> Card:
    """Show somebody's card to the public, with his consent, which is recorded with who took it; the earlier one goes.

    A building head gives his own alone. Raises Forbidden, InvalidInput (`consent_missing`, `card_words`), Conflict.
    """
    require(actor, "card.edit")
    mine = holder.post is not None and holder.post.id == actor.post_id
    if not mine:
        _not_anothers(actor)
        require(actor, "card.edit", area_path=area.path)
    if not consents:
        raise InvalidInput(_("Without his consent nothing is shown."), code="consent_missing")
    said = _said(words)
    Card.objects.filter(withdrawn_at__isnull=True, **holder.key).update(withdrawn_at=now())
    try:
        with transaction.atomic():
            card = Card.objects.create(
                area_id=actor.area_id if mine else area.id, consented_at=now(), shown_name=said.shown_name,
                duty_words=said.duty_words,
                promise=said.promise, reach=said.reach, **holder.key,
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict(_("Somebody else has just changed this card."), code="card_changed") from error
    _note(actor, "card.give", card)
    return card


@transaction.atomic
def withdraw_card(*, actor: Principal, card_id: int) -> None:
    """Hide a card at once. Raises Forbidden, NotFound, WrongState (`card_withdrawn`)."""
    require(actor, "card.edit")
    card = Card.objects.select_related("area").filter(id=card_id).first()
    if card is None:
        raise NotFound(_("There is no such card."), code="card_unknown")
    if card.post_id != actor.post_id:
        _not_anothers(actor)
        require(actor, "card.edit", area_path=card.area.path)
    if Card.objects.select_for_update().get(id=card.id).withdrawn_at is not None:
        raise WrongState(_("This card is withdrawn already."), code="card_withdrawn")
    Card.objects.filter(id=card.id).update(withdrawn_at=now())
    _note(actor, "card.withdraw", card)


def _not_anothers(actor: Principal) -> None:
    if actor.role in HEAD_ROLES:
        raise Forbidden(_("You may change your own card only."), code="out_of_scope")


def _said(words: CardWords) -> CardWords:
    said = CardWords(
        shown_name=normalise(words.shown_name, multiline=False),
        duty_words=normalise(words.duty_words, multiline=False),
        reach=normalise(words.reach, multiline=False),
        promise=normalise(words.promise, multiline=False),
    )
    if not (said.shown_name and said.duty_words and said.reach):
        raise InvalidInput(_("A card needs a name, a duty and a way to reach the person."), code="card_words")
    if len(said.shown_name) > 60 or max(map(len, (said.duty_words, said.reach, said.promise))) > MAX_WORDS:
        raise InvalidInput(_("At most %(most)s characters fit.") % {"most": MAX_WORDS}, code="card_words")
    return said


def _note(actor: Principal, act: str, card: Card) -> None:
    record(actor=actor, act=act, subject_kind="card", subject_id=str(card.id), area_id=card.area_id)


def _authz() -> str:
    return str(settings.LINLI_AUTHZ_SCHEMA)
