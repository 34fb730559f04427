-- What an act has come to: its letters by state, its runs, and whether the watermarks are free now.
-- In:  :#act_id
-- Out: one row: {"act_id", "action", "actor", "reason", "letters", "states", "status", "runs", "marks"} as JSON text.
with acted as materialized (
    select a.action, a.actor, a.reason, d.store_id, d.stream, d.dead_letter_id, d.state
      from dead_letter_audit a
      join dead_letter d on d.store_id = a.store_id and d.dead_letter_id = any (a.letter_ids)
     where a.act_id = cast(:#act_id as uuid)
), runs as materialized (
    select q.run_id, coalesce(r.status, 'queued') as status, q.store_id, q.stream, q.requested_at, q.retry_id
      from dead_letter_retry q
      left join sync_run r using (run_id)
     where q.act_id = cast(:#act_id as uuid)
)
select cast(json_build_object(
           'act_id', cast(:#act_id as text),
           'action', min(action),
           'actor', min(actor),
           'reason', min(reason),
           'letters', count(*),
           'states', json_build_object('open', count(*) filter (where state = 'open'),
                                       'retried', count(*) filter (where state = 'retried'),
                                       'resolved', count(*) filter (where state = 'resolved'),
                                       'discarded', count(*) filter (where state = 'discarded')),
           'status', case
               when exists (select from runs where status not in ('completed', 'partial', 'failed')) then 'running'
               when exists (select from runs where status = 'failed') then 'failed'
               when exists (select from runs where status = 'partial') then 'partial'
               else 'completed' end,
           'runs', (select coalesce(json_agg(json_build_object('run_id', run_id, 'status', status, 'store', store_id,
                                                               'stream', stream) order by requested_at, retry_id), '[]')
                      from runs),
           'marks', (select coalesce(json_agg(json_build_object(
                               'store', m.store_id, 'stream', m.stream,
                               'open_letters', (select count(*) from dead_letter o
                                                 where o.store_id = m.store_id and o.stream = m.stream and o.state = 'open'),
                               'sentence', dead_letter_hold(m.store_id, m.stream)) order by m.store_id, m.stream), '[]')
                       from (select distinct store_id, stream from acted) m)) as text)
  from acted
