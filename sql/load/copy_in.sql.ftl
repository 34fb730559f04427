-- Takes records that the table does not have yet, in the database's binary format.
-- In:  rows in the order of the columns
-- Out: the rows, or nothing when any of them is there already
<#import "/lists.ftl" as lists>
copy ${record.table} (store_id, ${lists.names(record.written)}, run_number) from stdin (format binary)
