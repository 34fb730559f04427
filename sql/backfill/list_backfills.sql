-- Backfills and plans, newest first, as JSON text.
-- In:  store, stream, state (each may be null), limit
-- Out: one row: {"items": [...]}, without the single windows
with page as (
    select b.store_id, b.backfill_id, b.planned_at
      from backfill b
     where (cast(:#store as text) is null or b.store_id = cast(:#store as text))
       and (cast(:#stream as text) is null or b.stream = cast(:#stream as text))
       and (cast(:#state as text) is null or b.state = cast(:#state as text))
     order by b.planned_at desc, b.backfill_id desc
     limit cast(:#limit as integer)
)
select cast(json_build_object('items',
           coalesce(json_agg(d.document order by p.planned_at desc, p.backfill_id desc), '[]')) as text)
  from page p
 cross join lateral (select v.document from backfill_document v
                      where v.store_id = p.store_id and v.backfill_id = p.backfill_id offset 0) d
