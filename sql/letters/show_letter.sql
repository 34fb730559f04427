-- One dead letter with its payload, its run and the watermark that it holds.
-- In:  :#id
-- Out: one row (document as JSON text, raw); no row when there is no such letter.
select cast(cast(dead_letter_document(d) as jsonb) || jsonb_build_object(
           'run', (select jsonb_build_object('run_id', r.run_id, 'job_type', r.job_type, 'status', r.status,
                                             'initiated_at', utc_text(r.initiated_at), 'archive', r.archive_key)
                     from sync_run r where r.run_id = d.run_id),
           'watermark', jsonb_build_object(
               'value', (select coalesce(utc_text(w.value), w.value_text) from sync_watermark w
                          where w.store_id = d.store_id and w.stream = d.stream),
               'open_letters', (select count(*) from dead_letter o
                                 where o.store_id = d.store_id and o.stream = d.stream and o.state = 'open'),
               'sentence', dead_letter_hold(d.store_id, d.stream)),
           'acts', (select coalesce(jsonb_agg(jsonb_build_object('act_id', a.act_id, 'action', a.action, 'actor', a.actor, 'reason', a.reason,
                                                                 'at', utc_text(a.acted_at)) order by a.audit_id), '[]')
                      from dead_letter_audit a
                     where a.store_id = d.store_id and d.dead_letter_id = any (a.letter_ids))) as text) as document,
       d.raw
  from dead_letter d
 where d.dead_letter_id = cast(:#id as bigint)
