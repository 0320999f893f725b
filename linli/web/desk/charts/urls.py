from __future__ import annotations

from django.urls import URLPattern, path

from linli.web.desk.charts import views_charts, views_grades, views_legends

urlpatterns: list[URLPattern] = [
    path("", views_charts.index, name="charts"),
    path("<int:place_id>", views_charts.chart, name="chart"),
    path("<int:place_id>/cells", views_charts.cells, name="chart_cells"),
    path("<int:place_id>/grades", views_grades.compound, name="grades_of"),
    path("legends", views_legends.index, name="legends"),
    path("legends/<str:layer>", views_legends.legend, name="legend"),
    path("legends/<str:layer>/preview", views_legends.preview, name="legend_preview"),
    path("legends/<str:layer>/restore", views_legends.restore, name="legend_restore"),
    path("legends/<str:layer>/retire", views_legends.retire, name="legend_retire"),
    path("grades", views_grades.index, name="grades"),
    path("grades/limits", views_grades.limits, name="grade_limits"),
    path("grades/of/<int:place_id>", views_grades.history, name="grade_history"),
    path("grades/of/<int:place_id>/propose", views_grades.propose, name="grade_propose"),
    path("grades/<int:grading_id>/decide", views_grades.decide, name="grade_decide"),
]
