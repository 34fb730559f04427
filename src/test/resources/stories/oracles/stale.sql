-- STALE: the version of a row went backwards, or a row went away.
-- In:  what the watchers saw.
-- Out: one sentence per change.
select format('%s went from %s to %s', record, version_before, coalesce(version_after::text, 'nothing'))
  from truth.version_log
 where version_after is null or version_after < version_before
