-- The demo's database, owned by the ordinary role.
-- In:  role tidemark.
-- Out: database tidemark.
create database tidemark owner tidemark
