-- Lists a store's dead letters with their payloads, page by page.
-- In:  store, letter that the page follows, limit
-- Out: rows (dead_letter_id, stream, kind, parent_key, raw).
select dead_letter_id, stream, kind, parent_key, raw
  from dead_letter
 where store_id = ? and dead_letter_id > ?
 order by dead_letter_id
 limit ?
