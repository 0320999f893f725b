-- How many doors stand how, by level.
with {doors}, {held}, {tally}
select level_id, cause, count(*) from judged group by level_id, cause
