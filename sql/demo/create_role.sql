-- An ordinary role, as a real deployment would have one.
-- In:  nothing; run by the server's superuser.
-- Out: role tidemark.
create role tidemark login password 'tidemark'
