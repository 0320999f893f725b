from __future__ import annotations

from django.urls import URLPattern, path

from linli.web.desk.homes import views_home, views_lists, views_pairs, views_people

urlpatterns: list[URLPattern] = [
    path("homes", views_lists.search, name="homes"),
    path("homes/by-number", views_lists.by_number, name="homes_by_number"),
    path("homes/checks", views_lists.checks, name="home_checks"),
    path("homes/facilities", views_lists.facilities, name="facilities"),
    path("homes/facilities/<int:place_id>", views_lists.facility, name="facility"),
    path("homes/duplicates", views_pairs.index, name="duplicates"),
    path("homes/duplicates/<uuid:one_id>/<uuid:other_id>", views_pairs.pair, name="duplicate"),
    path("homes/merges/<int:verdict_id>/undo", views_pairs.undo, name="merge_undo"),
    path("homes/people/<uuid:person_id>", views_people.show, name="person"),
    path("homes/people/<uuid:person_id>/correct", views_people.correct, name="person_correct"),
    path("homes/people/<uuid:person_id>/left", views_people.left, name="person_left"),
    path("homes/people/<uuid:person_id>/open/<str:field>", views_people.open_it, name="person_open"),
    path("homes/people/<uuid:person_id>/needs", views_people.note, name="person_needs"),
    path("homes/needs/<int:tag_id>", views_people.need, name="need"),
    path("homes/members/<int:member_id>", views_home.member, name="member"),
    path("homes/households/<uuid:household_id>/out", views_home.move_out, name="household_out"),
    path("homes/<int:home_id>", views_home.show, name="home"),
    path("homes/<int:home_id>/use", views_home.use, name="home_use"),
    path("homes/<int:home_id>/check", views_home.check, name="home_check"),
    path("homes/<int:home_id>/ask", views_home.ask, name="home_ask"),
    path("homes/<int:home_id>/move-in", views_home.move_in_page, name="home_move_in"),
]
