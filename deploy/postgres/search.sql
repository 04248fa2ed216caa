-- Run by a database administrator where searches (q) in a large register take long. Nothing needs it, and no
-- migration touches these indexes. It may be run while everything works, and again:
--
--   psql --file=search.sql <database>
--
-- It takes the extension pg_trgm (PostgreSQL's contrib package) and, for a million types, a few minutes and some
-- hundred megabytes. A text of three letters or more is then found by the index. If it breaks off, drop the index that
-- it was at: DROP INDEX <schema>.<name>.
-- This file is written by `python -m deploy.search_sql > deploy/postgres/search.sql`.

\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE INDEX CONCURRENTLY IF NOT EXISTS search_books_files_groups_name
ON tbc.books_files_groups USING gin ((CASE WHEN lower('ABCDEFGHIJKLMNOPQRSTUVWXYZАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯё') = 'abcdefghijklmnopqrstuvwxyzабвгдеёжзийклмнопрстуфхцчшщъыьэюяё' THEN replace(lower((CASE WHEN octet_length(name) = char_length(name) OR name IS NFC NORMALIZED THEN name ELSE normalize(name, NFC) END) COLLATE "default"), 'ё', 'е') ELSE translate(lower((CASE WHEN octet_length(name) = char_length(name) OR name IS NFC NORMALIZED THEN name ELSE normalize(name, NFC) END) COLLATE "default"), 'АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯё', 'абвгдеежзийклмнопрстуфхцчшщъыьэюяе') END) gin_trgm_ops);

CREATE INDEX CONCURRENTLY IF NOT EXISTS search_books_files_groups_comment
ON tbc.books_files_groups USING gin ((CASE WHEN lower('ABCDEFGHIJKLMNOPQRSTUVWXYZАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯё') = 'abcdefghijklmnopqrstuvwxyzабвгдеёжзийклмнопрстуфхцчшщъыьэюяё' THEN replace(lower((CASE WHEN octet_length(comment) = char_length(comment) OR comment IS NFC NORMALIZED THEN comment ELSE normalize(comment, NFC) END) COLLATE "default"), 'ё', 'е') ELSE translate(lower((CASE WHEN octet_length(comment) = char_length(comment) OR comment IS NFC NORMALIZED THEN comment ELSE normalize(comment, NFC) END) COLLATE "default"), 'АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯё', 'абвгдеежзийклмнопрстуфхцчшщъыьэюяе') END) gin_trgm_ops);

CREATE INDEX CONCURRENTLY IF NOT EXISTS search_books_files_types_file_name
ON tbc.books_files_types USING gin ((CASE WHEN lower('ABCDEFGHIJKLMNOPQRSTUVWXYZАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯё') = 'abcdefghijklmnopqrstuvwxyzабвгдеёжзийклмнопрстуфхцчшщъыьэюяё' THEN replace(lower((CASE WHEN octet_length(file_name) = char_length(file_name) OR file_name IS NFC NORMALIZED THEN file_name ELSE normalize(file_name, NFC) END) COLLATE "default"), 'ё', 'е') ELSE translate(lower((CASE WHEN octet_length(file_name) = char_length(file_name) OR file_name IS NFC NORMALIZED THEN file_name ELSE normalize(file_name, NFC) END) COLLATE "default"), 'АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯё', 'абвгдеежзийклмнопрстуфхцчшщъыьэюяе') END) gin_trgm_ops);

CREATE INDEX CONCURRENTLY IF NOT EXISTS search_books_files_types_comments
ON tbc.books_files_types USING gin ((CASE WHEN lower('ABCDEFGHIJKLMNOPQRSTUVWXYZАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯё') = 'abcdefghijklmnopqrstuvwxyzабвгдеёжзийклмнопрстуфхцчшщъыьэюяё' THEN replace(lower((CASE WHEN octet_length(comments) = char_length(comments) OR comments IS NFC NORMALIZED THEN comments ELSE normalize(comments, NFC) END) COLLATE "default"), 'ё', 'е') ELSE translate(lower((CASE WHEN octet_length(comments) = char_length(comments) OR comments IS NFC NORMALIZED THEN comments ELSE normalize(comments, NFC) END) COLLATE "default"), 'АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯё', 'абвгдеежзийклмнопрстуфхцчшщъыьэюяе') END) gin_trgm_ops);

CREATE INDEX CONCURRENTLY IF NOT EXISTS search_books_files_types_group_id
ON tbc.books_files_types (group_id);

ANALYZE tbc.books_files_groups, tbc.books_files_types;
