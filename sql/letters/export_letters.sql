-- One page of dead letters with their payloads, oldest first, for export.
-- In:  :#filter (JSON, see dead_letters_matching), :#after (id that the page follows), :#limit
-- Out: rows (id, document as JSON text, raw)
select d.dead_letter_id as id, cast(dead_letter_document(d) as text) as document, d.raw
  from dead_letters_matching(cast(:#filter as jsonb)) d
 where d.dead_letter_id > cast(:#after as bigint)
 order by d.dead_letter_id
 limit cast(:#limit as integer)
