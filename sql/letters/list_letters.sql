-- One page of dead letters, newest first, as JSON text.
-- In:  :#filter (JSON, see dead_letters_matching), :#before (id that the page follows, or null), :#limit
-- Out: one row: {"items": [letters], "next": the cursor of the page after it, or null at the end}
with page as (
    select d as letter, d.dead_letter_id, row_number() over (order by d.dead_letter_id desc) as place
      from dead_letters_matching(cast(:#filter as jsonb)) d
     where cast(:#before as bigint) is null or d.dead_letter_id < cast(:#before as bigint)
     order by d.dead_letter_id desc
     -- One more than asked for: it tells that another page follows.
     limit cast(:#limit as integer) + 1
)
select cast(json_build_object(
           'items', coalesce(json_agg(dead_letter_document(letter) order by place)
                             filter (where place <= cast(:#limit as integer)), '[]'),
           'next', case when count(*) > cast(:#limit as integer)
                        then min(cast(dead_letter_id as text)) filter (where place = cast(:#limit as integer)) end) as text)
  from page
