-- Counts a table, in the snapshot that it is read in.
-- In:  {{table}}
-- Out: one row (total).
select count(*) as total
  from {{table}} t
