-- Lists the parents in a range of ids that are set aside, so that their children are not attached to another version.
-- In:  :#store_id, :#stream, :#run_id; :#table, the parents' table; :#first_parent_id and :#last_parent_id
-- Out: parent_id; version, in microseconds since 1970, null where it could not be read.
select cast(split_part(record_key, ':', 2) as int8) as parent_id,
       cast(extract(epoch from version) * 1000000 as int8) as version
  from dead_letter
 where store_id = :#store_id
   and stream = :#stream
   and (state = 'open' and run_id = cast(:#run_id as uuid) or state = 'discarded')
   and record_key like :#table || ':%'
   and cast(split_part(record_key, ':', 2) as int8) between cast(:#first_parent_id as int8) and cast(:#last_parent_id as int8)
