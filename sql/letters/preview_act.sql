-- Shows what an act on many letters would meet, and gives the token that it is done with.
-- In:  :#token (new), :#action (retry | discard), :#filter (JSON), :#actor, :#valid_minutes
-- Out: one row: {"action", "count", "sample": [five letters], "marks": [...], "token", "expires_at"} as JSON text.
with chosen as materialized (
    select d as letter, d.dead_letter_id, d.store_id, d.stream
      from dead_letters_matching(cast(:#filter as jsonb)) d
     where d.state = 'open'
       and (cast(:#action as text) = 'discard'
            or d.kind in ('bulk_line', 'page', 'webhook')
               and not exists (select from dead_letter_retry_open q where q.store_id = d.store_id and q.retry_id = d.retry_id))
), counted as (
    select count(*) as letters, md5(coalesce(string_agg(cast(dead_letter_id as text), ',' order by dead_letter_id), '')) as digest
      from chosen
), kept as (
    insert into dead_letter_preview (token, action, filter, letters, digest, actor, expires_at)
    select cast(:#token as uuid), cast(:#action as text), cast(:#filter as jsonb), c.letters, c.digest, :#actor,
           now() + cast(:#valid_minutes as integer) * interval '1 minute'
      from counted c
    returning token, letters, expires_at
)
select cast(json_build_object(
           'action', cast(:#action as text),
           'count', k.letters,
           'sample', (select coalesce(json_agg(dead_letter_document(s.letter) order by s.dead_letter_id), '[]')
                        from (select * from chosen order by dead_letter_id limit 5) s),
           'marks', (select coalesce(json_agg(json_build_object('store', m.store_id, 'stream', m.stream,
                                                                'sentence', dead_letter_hold(m.store_id, m.stream))
                                              order by m.store_id, m.stream), '[]')
                       from (select distinct store_id, stream from chosen) m),
           'token', k.token,
           'expires_at', utc_text(k.expires_at)) as text)
  from kept k
