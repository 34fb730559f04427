-- Settles dead letters whose record has arrived in a good version since, when the whole file is loaded.
-- In:  the run and its epoch
-- Out: one row (resolved); no row when the run was taken over, and then nothing has changed.
--
-- A letter that this run saw again carries this run's number, so a lower one means: not seen again. That proves something
-- only if this run read at least the window of the letter's own run, and read it whole.
with lease as materialized (
    select l.epoch
      from sync_lease l
     where l.store_id = :#store_id and l.stream = :#stream and l.job_type = :#job_type
       and l.run_id = cast(:#run_id as uuid) and l.epoch = cast(:#epoch as int8)
       for share
), letter as materialized (
    select d.dead_letter_id, d.record_key, d.parent_key, d.version, d.run_number,
           -- A case, because a join condition may be evaluated for the keys of other records, too, and those are no numbers.
           case when d.record_key like 'order_header:%'
                then cast(substr(d.record_key, length('order_header:') + 1) as int8) end as order_id,
           case when d.record_key like 'order_line_item:%'
                then cast(substr(d.record_key, length('order_line_item:') + 1) as int8) end as line_item_id,
           case when d.parent_key like 'order_header:%'
                then cast(substr(d.parent_key, length('order_header:') + 1) as int8) end as parent_id,
           d.run_number < this.run_number
           and this.result_complete
           and coalesce(this.window_from <= its.window_from, this.window_from is null)
           and coalesce(this.window_to >= its.window_to, this.window_to is null) as passed_by
      from dead_letter d
     cross join lease
      join sync_run this on this.run_id = cast(:#run_id as uuid)
      left join sync_run its on its.run_id = d.run_id
     where d.store_id = :#store_id and d.stream = :#stream and d.state = 'open'
), judged as (
    select letter.dead_letter_id,
           case
               when h.order_id is not null then h.updated_at > letter.version
                    or (letter.passed_by or h.run_number > letter.run_number)
                       and h.updated_at >= coalesce(letter.version, h.updated_at)
                       and letter.run_number < cast(:#run_number as int8)
               when l.line_item_id is not null and letter.run_number < cast(:#run_number as int8)
                    and (letter.passed_by or l.run_number > letter.run_number)
                    and l.order_updated_at >= coalesce(letter.version, l.order_updated_at) then true
               -- The line is gone from its order, which arrived whole.
               when parent.order_id is not null then letter.passed_by
               else letter.passed_by and letter.record_key like 'sha256:%' and letter.parent_key is null
           end as good
      from letter
      left join order_header h on h.store_id = :#store_id and h.order_id = letter.order_id
      left join order_line_item l on l.store_id = :#store_id and l.line_item_id = letter.line_item_id
      left join order_header parent on parent.store_id = :#store_id and parent.order_id = letter.parent_id
), resolved as (
    update dead_letter d
       set state = 'resolved', settled_at = now(), settled_by = 'later version',
           settled_reason = 'run ' || :#run_id || ' read a good version'
      from judged
     where d.store_id = :#store_id and d.dead_letter_id = judged.dead_letter_id and judged.good and d.state = 'open'
    returning d.dead_letter_id
)
select (select count(*) from resolved) as resolved from lease
