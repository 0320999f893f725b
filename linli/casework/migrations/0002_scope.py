from pathlib import Path

from django.db import migrations

from linli.access.api import own_policies, run_sql, scoped

HERE = Path(__file__).resolve().parents[1]

UNIT = "unit_id = any ((select {authz}.unit_ids())::int[])"
LINK = "any ((select {authz}.link_ids())::uuid[])"
OF_CASE = "exists (select 1 from casework_case c where c.id = case_id)"
OF_MATTER = (
    "exists (select 1 from casework_case c where c.id = matter_id)"
    " or exists (select 1 from casework_report r where r.id = matter_id)"
)
OWN_MATTER = f"(matter_id = {LINK} or matter_id in (select j.case_id from casework_casereport j))"  # noqa: S608  (constants of this file)
SAID_BY_OTHERS = "act in ('receive', 'add', 'rate', 'dispute', 'withdraw')"
FREE = "area_id is null and link_key is null"
AREA = "area_id = any ((select {authz}.area_ids())::int[])"
WIDE = "(select {authz}.is_wide())"
SIGNED_IN = "(select m.post_id from {authz}.me() m) is not null"
BY_LINK = "link_key = encode(sha256(convert_to(current_setting('app.link', true), 'UTF8')), 'hex')"
SHOWN = "exists (select 1 from casework_entry e where e.photos @> array[files_photo.id])"


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0001_initial"),
        ("access", "0001_scope"),
        ("files", "0001_initial"),
        ("outbox", "0001_initial"),
        ("procrastinate", "__latest__"),
    ]

    operations = [
        migrations.RunSQL("create sequence casework_serial increment by 50 maxvalue 999950 cycle"),
        scoped("casework_report", unit=UNIT, link=f"id = {LINK}", intake=True),
        scoped("casework_casereport", unit=OF_CASE, link=f"report_id = {LINK}", intake=True),
        scoped("casework_case", unit=UNIT, link="id in (select j.case_id from casework_casereport j)", intake=True),
        scoped(
            "casework_entry",
            unit=OF_MATTER,
            # A merged reporter follows the story, not what the other reporter said or showed.
            link=f"visibility = 'public' and {OWN_MATTER} and (not {SAID_BY_OTHERS}"
            f" or (matter_id = {LINK} and not data ? 'report_id')"
            f" or (data->>'report_id')::uuid = {LINK})",
            intake=True,
        ),
        scoped("casework_clock", unit=OF_MATTER, link=OWN_MATTER, intake=True),
        scoped("casework_assignment", unit=UNIT),
        scoped("casework_workorder", unit=UNIT),
        scoped("casework_check", unit=OF_CASE),
        scoped("casework_rating", unit=OF_CASE, link=f"report_id = {LINK}"),
        own_policies(
            "files_photo",
            select={
                "linli_app": f"{AREA} or ({FREE})",
                "linli_unit": f"({FREE}) or {SHOWN}",
                "linli_wide": WIDE,
                "linli_reader": WIDE,
                "linli_link": f"({FREE}) or {BY_LINK} or {SHOWN}",
                "linli_public": FREE,
                "linli_intake": "true",
            },
            insert=dict.fromkeys(("linli_app", "linli_unit", "linli_wide", "linli_link", "linli_public"), FREE),
            update={
                "linli_app": f"{AREA} or ({FREE} and {SIGNED_IN})",
                "linli_unit": f"({FREE}) or {SHOWN}",
                "linli_wide": WIDE,
                "linli_link": f"({FREE}) or {BY_LINK}",
                "linli_intake": "true",
            },
        ),
        run_sql(HERE / "intake" / "receive.sql"),
        run_sql(HERE / "moments.sql"),
    ]
