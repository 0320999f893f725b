"""Addresses of duty, below `desk/duty`."""

from __future__ import annotations

from django.urls import URLPattern, path

from linli.web.desk.duty import views, views_card, views_chain, views_charge, views_proof

urlpatterns: list[URLPattern] = [
    path("", views.index, name="duty"),
    path("chart", views.chart, name="duty_chart"),
    path("door/<int:place_id>", views.door, name="duty_door"),
    path("proof/<int:chain_id>", views_proof.show, name="duty_proof"),
    path("proof/<int:chain_id>/export.csv", views_proof.export, name="duty_export"),
    path("lay/<int:level_id>", views_charge.lay, name="duty_lay"),
    path("charges/<int:charge_id>", views_charge.show, name="duty_charge"),
    path("charges/<int:charge_id>/hand-over", views_charge.hand_on, name="duty_hand_over"),
    path("charges/<int:charge_id>/leave", views_charge.leave, name="duty_leave"),
    path("charges/<int:charge_id>/end", views_charge.end, name="duty_end"),
    path("charges/<int:charge_id>/end-all", views_charge.end_all, name="duty_end_all"),
    path("leaves/<int:leave_id>/back", views_charge.back, name="duty_back"),
    path("chains/new", views_chain.new, name="duty_chain_new"),
    path("chains/<int:chain_id>", views_chain.show, name="duty_chain"),
    path("chains/<int:chain_id>/levels", views_chain.add, name="duty_level_add"),
    path("levels/<int:level_id>", views_chain.change, name="duty_level"),
    path("cards", views_card.index, name="duty_cards"),
    path("cards/<int:card_id>/withdraw", views_card.withdraw, name="duty_card_withdraw"),
    path("charges/<int:charge_id>/card", views_card.give, name="duty_card"),
    path("poster/<int:place_id>", views_card.poster, name="duty_poster"),
]
