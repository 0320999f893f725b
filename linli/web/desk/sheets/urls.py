from __future__ import annotations

from django.urls import URLPattern, path

from linli.web.desk.sheets import views_in, views_out

urlpatterns: list[URLPattern] = [
    path("", views_in.index, name="sheets"),
    path("template.xlsx", views_in.blank, name="sheet_template"),
    path("new", views_in.new, name="sheet_new"),
    path("<uuid:batch_id>", views_in.show, name="sheet"),
    path("<uuid:batch_id>/match", views_in.match, name="sheet_match"),
    path("<uuid:batch_id>/progress", views_in.progress, name="sheet_progress"),
    path("<uuid:batch_id>/run", views_in.run, name="sheet_run"),
    path("<uuid:batch_id>/undo", views_in.undo, name="sheet_undo"),
    path("<uuid:batch_id>/drop", views_in.drop, name="sheet_drop"),
    path("<uuid:batch_id>/mend.xlsx", views_in.mend, name="sheet_mend"),
    path("out", views_out.index, name="sheets_out"),
    path("out/new", views_out.new, name="sheet_out_new"),
    path("out/<uuid:export_id>", views_out.show, name="sheet_out"),
    path("out/<uuid:export_id>/decide", views_out.decide, name="sheet_out_decide"),
    path("out/<uuid:export_id>/withdraw", views_out.withdraw, name="sheet_out_withdraw"),
    path("out/<uuid:export_id>/file", views_out.fetch, name="sheet_out_file"),
]
