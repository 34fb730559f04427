-- One page of runs, newest first, as JSON text. No row: no run is named by `before`.
-- In:  store, stream, status, job_type, since (each may be null), before (run id that the page follows, or null), limit
-- Out: one row: {"items": [run documents], "next": the cursor of the page after it, or null at the end}
--
-- The page is cut from sync_run before any document is made, so that only its runs' chunks are summed. Tempting and
-- wrong is `offset`: runs that start while a reader turns pages would be shown twice.
with page as (
    select r.run_id, r.initiated_at, row_number() over (order by r.initiated_at desc, r.run_id desc) as place
      from sync_run r
     where (cast(:#store as text) is null or r.store_id = cast(:#store as text))
       and (cast(:#stream as text) is null or r.stream = cast(:#stream as text))
       and (cast(:#status as text) is null or r.status = cast(:#status as text))
       and (cast(:#job_type as text) is null or r.job_type = cast(:#job_type as text))
       and (cast(:#since as timestamptz) is null or r.initiated_at >= cast(:#since as timestamptz))
       and (cast(:#before as uuid) is null
            or (r.initiated_at, r.run_id) < (select c.initiated_at, c.run_id from sync_run c where c.run_id = cast(:#before as uuid)))
     order by r.initiated_at desc, r.run_id desc
     -- One more than asked for: it tells that another page follows.
     limit cast(:#limit as integer) + 1
)
select cast(json_build_object(
           'items', coalesce(json_agg(d.document order by p.place) filter (where p.place <= cast(:#limit as integer)), '[]'),
           'next', case when count(*) > cast(:#limit as integer)
                        then min(cast(p.run_id as text)) filter (where p.place = cast(:#limit as integer)) end) as text)
  from page p
 -- `offset 0` keeps the view inside the lateral, where the run id is known and only its own chunks are read.
 cross join lateral (select v.document from sync_run_document v where v.run_id = p.run_id offset 0) d
having cast(:#before as uuid) is null
    or exists (select from sync_run c where c.run_id = cast(:#before as uuid))
