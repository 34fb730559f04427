-- One run as JSON text.
-- In:  run_id
-- Out: one row with the document, or no row when there is no such run
select cast(document as text) from sync_run_document where run_id = cast(:#run_id as uuid)
