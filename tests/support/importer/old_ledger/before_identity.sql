SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE SCHEMA catalog;
CREATE SCHEMA importer;
CREATE SCHEMA tbc;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE catalog.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE catalog.applied_request (
    scope text NOT NULL,
    key text NOT NULL,
    digest text NOT NULL,
    outcome text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE importer.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE importer.batch (
    id text NOT NULL,
    idempotency_key text,
    digest text NOT NULL,
    operation text NOT NULL,
    options text NOT NULL,
    source text NOT NULL,
    queue text NOT NULL,
    request_id text NOT NULL,
    rows integer DEFAULT 0 NOT NULL,
    refused integer DEFAULT 0 NOT NULL,
    retry_of text,
    open boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    served_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    started_at timestamp with time zone,
    cancelled_at timestamp with time zone,
    input text DEFAULT '{}'::text NOT NULL,
    undo_of text,
    ended_at timestamp with time zone,
    expired_at timestamp with time zone,
    has_payloads boolean DEFAULT true NOT NULL,
    drops_payloads boolean DEFAULT false NOT NULL,
    applied_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
CREATE TABLE importer.chunk (
    batch_id text NOT NULL,
    first_row integer NOT NULL,
    last_row integer NOT NULL,
    rows integer NOT NULL,
    queue text NOT NULL,
    state text DEFAULT 'ready'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    deaths integer DEFAULT 0 NOT NULL,
    expired integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone DEFAULT now() NOT NULL,
    token text,
    worker text,
    delivery text,
    current bigint DEFAULT 0 NOT NULL,
    total bigint DEFAULT 0 NOT NULL,
    failed_rows integer DEFAULT 0 NOT NULL,
    error_code text,
    error text,
    finished_at timestamp with time zone,
    records text NOT NULL,
    output text,
    applies boolean DEFAULT false NOT NULL,
    applier text,
    offered boolean DEFAULT false NOT NULL,
    refusals integer DEFAULT 0 NOT NULL,
    created integer DEFAULT 0 NOT NULL,
    updated integer DEFAULT 0 NOT NULL,
    unchanged integer DEFAULT 0 NOT NULL,
    skipped integer DEFAULT 0 NOT NULL,
    removed integer DEFAULT 0 NOT NULL,
    device_losses integer DEFAULT 0 NOT NULL,
    gaps text,
    lines text DEFAULT ''::text NOT NULL,
    incarnation text,
    CONSTRAINT chunk_state_check CHECK ((state = ANY (ARRAY['ready'::text, 'leased'::text, 'applying'::text, 'done'::text, 'cancelled'::text])))
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='200', autovacuum_vacuum_cost_delay='0');
ALTER TABLE ONLY importer.chunk ALTER COLUMN records SET STORAGE EXTERNAL;
ALTER TABLE ONLY importer.chunk ALTER COLUMN output SET STORAGE EXTERNAL;
CREATE TABLE importer.operation (
    name text NOT NULL,
    revision text NOT NULL,
    version integer NOT NULL,
    description text NOT NULL,
    registered_by text NOT NULL,
    registered_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE importer.plain_task (
    id text NOT NULL,
    name text NOT NULL,
    queue text NOT NULL,
    sent_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE importer.refused_row (
    batch_id text NOT NULL,
    "row" integer NOT NULL,
    line text NOT NULL
);
CREATE TABLE importer.resource (
    name text NOT NULL,
    revision text NOT NULL,
    "position" integer NOT NULL,
    description text NOT NULL,
    missing_since timestamp with time zone
);
CREATE TABLE importer.worker (
    name text NOT NULL,
    host text NOT NULL,
    contract integer NOT NULL,
    queues text[] NOT NULL,
    operations text[] NOT NULL,
    slots integer NOT NULL,
    versions text NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    last_seen timestamp with time zone DEFAULT now() NOT NULL,
    state text DEFAULT 'healthy'::text NOT NULL,
    reason text,
    device text,
    token_id text,
    incarnation text,
    described jsonb DEFAULT '{}'::jsonb NOT NULL,
    refused jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT worker_state_check CHECK ((state = ANY (ARRAY['healthy'::text, 'unhealthy'::text, 'refused'::text])))
);
CREATE TABLE tbc.books_files_groups (
    id integer NOT NULL,
    name character varying(50),
    comment character varying(200)
);
CREATE TABLE tbc.books_files_types (
    id integer NOT NULL,
    file_name character varying(30),
    comments character varying(500),
    group_id integer NOT NULL
);
COPY catalog.alembic_version (version_num) FROM stdin;
0001
\.
COPY catalog.applied_request (scope, key, digest, outcome, applied_at) FROM stdin;
importer	caf1a4b0b945723fa11070f7:1-10	a41d41c15f077683ba13bfd4e3902712fc65b2c6427e18a198a05e5e854dfcbd	{"outcomes":[{"index":0,"id":900,"outcome":"created","etag":"\\"265615b6e5181ce9788d25f8\\""},{"index":1,"id":901,"outcome":"created","etag":"\\"f771ff77d417941fd893585f\\""},{"index":2,"id":902,"outcome":"created","etag":"\\"9da10b2b9da3b22ef5f3b6ec\\""},{"index":3,"id":903,"outcome":"created","etag":"\\"6ea800f2d0801274907f9e39\\""},{"index":4,"id":904,"outcome":"created","etag":"\\"400547d7dd9254bf5ca78a3d\\""},{"index":5,"id":905,"outcome":"created","etag":"\\"9278b12a257c203010d138e3\\""},{"index":6,"id":906,"outcome":"created","etag":"\\"997216fa0da61bc81b9cbb2c\\""},{"index":7,"id":907,"outcome":"created","etag":"\\"7f73f4345449427a0d131ee1\\""},{"index":8,"id":908,"outcome":"created","etag":"\\"1c08cd97d7c69a14904b7cf6\\""},{"index":9,"id":909,"outcome":"created","etag":"\\"dde9d032d899088c894af393\\""}],"counts":{"created":10},"dry_run":false}	2026-11-27 12:34:20.171896+00
importer	27b4b98a49fa6d3aed9e08ca:1-10	5bba32ab2bd839f0c552a7dba818e03641966b31555db47e8c488ef80814c2cb	{"outcomes":[{"index":0,"id":950,"outcome":"created","etag":"\\"773c1863294eaabd34c1eea5\\""},{"index":1,"id":951,"outcome":"created","etag":"\\"a4eb9c2881d2da5170fd6db1\\""},{"index":2,"id":952,"outcome":"created","etag":"\\"5fee7c5ef15069f4ab5aac7e\\""},{"index":3,"id":953,"outcome":"created","etag":"\\"2e6d913967e1a40c0ea65a3f\\""},{"index":4,"id":954,"outcome":"created","etag":"\\"73e9908700876ae50eb59081\\""},{"index":5,"id":955,"outcome":"created","etag":"\\"beb48cc535dc2ebeda4738e7\\""},{"index":6,"id":956,"outcome":"created","etag":"\\"5fc5bf13ce907df1f3588192\\""},{"index":7,"id":957,"outcome":"created","etag":"\\"cab83a0415b666594c7daa16\\""},{"index":8,"id":958,"outcome":"created","etag":"\\"101e431ccabb3e61fae08d95\\""},{"index":9,"id":959,"outcome":"created","etag":"\\"9feec65f45c5ecb8c3d4df31\\""}],"counts":{"created":10},"dry_run":false}	2026-11-27 12:34:20.283252+00
importer	172f7a5d3d7bca12ca35ec1b:1-10	d71f5a1e4de65faa9c9c455efd87ca7f369b7c2f4983c1d04121808ca5de9678	{"outcomes":[{"index":0,"id":950,"outcome":"removed"},{"index":1,"id":951,"outcome":"removed"},{"index":2,"id":952,"outcome":"removed"},{"index":3,"id":953,"outcome":"removed"},{"index":4,"id":954,"outcome":"removed"},{"index":5,"id":955,"outcome":"removed"},{"index":6,"id":956,"outcome":"removed"},{"index":7,"id":957,"outcome":"removed"},{"index":8,"id":958,"outcome":"removed"},{"index":9,"id":959,"outcome":"removed"}],"counts":{"removed":10},"dry_run":false}	2026-11-27 12:34:20.3264+00
importer	ad337ed6d0714604f2924813:1-10	b7b4ee65f1cc065dd719e6e2cd8726e2e9b5617274cc87cfd468d2997a52a31a	{"outcomes":[{"index":0,"id":100,"outcome":"created","etag":"\\"98eafb9e7971fe39d07b4a4f\\""},{"index":1,"id":101,"outcome":"created","etag":"\\"a0980ee50d01543efa4a1742\\""},{"index":2,"id":102,"outcome":"created","etag":"\\"a01601db0592b0b40a507352\\""},{"index":3,"id":103,"outcome":"created","etag":"\\"31be2c4ef8a0eec191ac52eb\\""},{"index":4,"id":104,"outcome":"created","etag":"\\"4e0e0b8dd6d02cb4bb5b6990\\""},{"index":5,"id":105,"outcome":"created","etag":"\\"c96655f2e499a6631b6e5dae\\""},{"index":6,"id":106,"outcome":"created","etag":"\\"94328a38525184df6229c62b\\""},{"index":7,"id":107,"outcome":"created","etag":"\\"5970ff7201e603b6740744a7\\""},{"index":8,"id":108,"outcome":"created","etag":"\\"46ab940f0eab569367a23abd\\""},{"index":9,"id":109,"outcome":"created","etag":"\\"c834b5a3a371c4af029650ae\\""}],"counts":{"created":10},"dry_run":false}	2026-11-27 12:34:20.805366+00
importer	ad337ed6d0714604f2924813:11-20	3abed48dd1c5213f3ffb821b3aead011b729a337dd9b0517ee8a754a8fda4cb8	{"outcomes":[{"index":0,"id":110,"outcome":"created","etag":"\\"2755172a9b76e2c45435d0e5\\""},{"index":1,"id":111,"outcome":"created","etag":"\\"6f83febe54f9aae30e9a94a8\\""},{"index":2,"id":112,"outcome":"created","etag":"\\"496f1ba33f7bc496bbe9f0e0\\""},{"index":3,"id":113,"outcome":"created","etag":"\\"36558c50d120635b3d940e5e\\""},{"index":4,"id":114,"outcome":"created","etag":"\\"7165788826696997a646e50b\\""},{"index":5,"id":115,"outcome":"created","etag":"\\"c2e148e7cb25227a399e9337\\""},{"index":6,"id":116,"outcome":"created","etag":"\\"e8cf5e1ce167945b50d85d36\\""},{"index":7,"id":117,"outcome":"created","etag":"\\"fd80b0dc14268d401b1c3102\\""},{"index":8,"id":118,"outcome":"created","etag":"\\"5993cfcef49f02ab5b242a83\\""},{"index":9,"id":119,"outcome":"created","etag":"\\"0c58f13a84066138de57f876\\""}],"counts":{"created":10},"dry_run":false}	2026-11-27 12:34:20.845519+00
\.
COPY importer.alembic_version (version_num) FROM stdin;
0010
\.
COPY importer.batch (id, idempotency_key, digest, operation, options, source, queue, request_id, rows, refused, retry_of, open, created_at, served_at, started_at, cancelled_at, input, undo_of, ended_at, expired_at, has_payloads, drops_payloads, applied_at) FROM stdin;
b62ae7f1fb5bbe988891284f	\N	e754c0612e5da155d4eb75aeb065a780cff898b8ee5c24633909479cc94332ff	normalize_record	{}	expired	cpu	1272cb290c48409092357e418fccb091	2	0	\N	f	2026-11-27 12:34:19.921478+00	2026-11-27 12:34:19.963749+00	2026-11-27 12:34:19.962508+00	\N	{"format": "ndjson", "encoding": "utf-8", "encoding_source": "valid", "byte_order_mark": false}	\N	\N	2026-11-27 12:34:19.998236+00	f	f	2026-11-27 12:34:19.92488+00
ba6175296a76a240875cbc6a	monday	f315bd2438e1f028c2075f2de83ad0aa058b6b71323b245ccc4e0b46542643f6	normalize_record	{}	finished	cpu	f9cbaef2053d4fe6b08adcc73c1e7aa4	5	1	\N	f	2026-11-27 12:34:19.497131+00	2026-11-27 12:34:19.565458+00	2026-11-27 12:34:19.552473+00	\N	{"format": "ndjson", "encoding": "utf-8", "encoding_source": "valid", "byte_order_mark": false}	\N	2026-11-27 12:34:20.446075+00	\N	t	t	2026-11-27 12:34:19.497406+00
1e18ec3be8e2d405bafc1fcc	\N	be7faeb02a365dcd916894a27683978d4670e4a49992e78bd23c2cdf9233e049	normalize_record	{}	failed	cpu	62f83de1166240d192a97ab2ef9d7d92	6	0	\N	f	2026-11-27 12:34:19.619382+00	2026-11-27 12:34:19.659339+00	2026-11-27 12:34:19.657947+00	\N	{"format": "ndjson", "encoding": "utf-8", "encoding_source": "valid", "byte_order_mark": false}	\N	2026-11-27 12:34:20.446075+00	\N	t	f	2026-11-27 12:34:19.619583+00
172f7a5d3d7bca12ca35ec1b	undo 27b4b98a49fa6d3aed9e08ca	27b4b98a49fa6d3aed9e08ca	load_groups	{"undo": true}	undone	cpu	a5b3ef18d4ed47ddacf77e61d7b692c5	10	0	\N	f	2026-11-27 12:34:20.298448+00	2026-11-27 12:34:20.299407+00	2026-11-27 12:34:20.320992+00	\N	{}	27b4b98a49fa6d3aed9e08ca	2026-11-27 12:34:20.446075+00	\N	t	t	2026-11-27 12:34:20.321841+00
f118c156bd7a70761921764a	\N	7e9194465ca1f52081a0c574a44f3a7d76ff92f2c043f1658a1d10edcee1523d	normalize_record	{}	retried	cpu	e4dcc6c211e84e638f17b1a07aba01ad	3	0	\N	f	2026-11-27 12:34:19.712923+00	2026-11-27 12:34:19.728334+00	2026-11-27 12:34:19.727136+00	\N	{"format": "ndjson", "encoding": "utf-8", "encoding_source": "valid", "byte_order_mark": false}	\N	2026-11-27 12:34:20.446075+00	\N	t	f	2026-11-27 12:34:19.713264+00
5aff7de843653a448b4023d0	retry f118c156bd7a70761921764a	f118c156bd7a70761921764a	normalize_record	{}	retried	cpu	ac44145b506f41c380b00f5b227bb264	1	0	f118c156bd7a70761921764a	f	2026-11-27 12:34:19.793954+00	2026-11-27 12:34:19.875866+00	2026-11-27 12:34:19.874686+00	\N	{}	\N	2026-11-27 12:34:20.446075+00	\N	t	t	2026-11-27 12:34:19.796141+00
caf1a4b0b945723fa11070f7	\N	5318f96d5b07c367b9e2dadf0a6849e5730fa5ad04fa91295c20de2fc220c217	load_groups	{"on_conflict": "fail", "dry_run": false}	loaded	cpu	f3ab70d6730d468fbdc9a7083252b5e3	10	0	\N	f	2026-11-27 12:34:20.046659+00	2026-11-27 12:34:20.08191+00	2026-11-27 12:34:20.080737+00	\N	{"format": "ndjson", "encoding": "utf-8", "encoding_source": "valid", "byte_order_mark": false}	\N	2026-11-27 12:34:20.446075+00	\N	t	t	2026-11-27 12:34:20.116054+00
ebaa765370627df8d95f58d8	\N	538a8f746b495f19379775495fe3bd4d62662062211b5dd4775c5799045b1737	load_groups	{"on_conflict": "fail", "dry_run": true}	tried	cpu	63a16ac912824289a7e4d1216978094c	10	0	\N	f	2026-11-27 12:34:20.360698+00	2026-11-27 12:34:20.390669+00	2026-11-27 12:34:20.389182+00	\N	{"format": "ndjson", "encoding": "utf-8", "encoding_source": "valid", "byte_order_mark": false}	\N	2026-11-27 12:34:20.446075+00	\N	t	t	2026-11-27 12:34:20.424865+00
27b4b98a49fa6d3aed9e08ca	\N	29dcc156f803ff25c35083d9ad70086cc81e81f0f9427dcc3fbe5d6d107277d6	load_groups	{"on_conflict": "fail", "dry_run": false}	undone	cpu	7dcc3995e39a4be4adfe8fabd3ddb783	10	0	\N	f	2026-11-27 12:34:20.214138+00	2026-11-27 12:34:20.239384+00	2026-11-27 12:34:20.238233+00	\N	{"format": "ndjson", "encoding": "utf-8", "encoding_source": "valid", "byte_order_mark": false}	\N	2026-11-27 12:34:20.446075+00	\N	t	t	2026-11-27 12:34:20.268694+00
d8ec6ad4228aca1037ad788a	\N	51da25b652e37a668f43b112ab8c6d15da0bf7dae11317de5dccf76e82bdf5c9	normalize_record	{}	mixed	cpu	de7ebd09b4f44cbc8ad8be66adefff50	50	4	\N	t	2026-11-27 12:34:20.481639+00	2026-11-27 12:34:20.610147+00	2026-11-27 12:34:20.50914+00	\N	{"format": "ndjson", "encoding": "utf-8", "encoding_source": "valid", "byte_order_mark": false}	\N	\N	\N	t	f	2026-11-27 12:34:20.481949+00
ad337ed6d0714604f2924813	\N	c728854ee2cde493c3eda1d6df5e165991979a8a8e295790c288526255a19d2b	load_groups	{"on_conflict": "update", "dry_run": false}	load	cpu	2dffa9935bfe44eab02fd03f1d3b2663	40	0	\N	t	2026-11-27 12:34:20.661002+00	2026-11-27 12:34:20.767806+00	2026-11-27 12:34:20.696249+00	\N	{"format": "ndjson", "encoding": "utf-8", "encoding_source": "valid", "byte_order_mark": false}	\N	\N	\N	t	f	2026-11-27 12:34:20.83579+00
f2e6bba6ea72cb361ba08c7c	\N	86688e1ee878253fc4663d028dd5901bb673a49102f4db6b3e30b6142d602982	normalize_record	{}	cancelled	cpu	9fa41cfc74204e8dbefd89a84fbcdc75	4	0	\N	t	2026-11-27 12:34:20.87226+00	2026-11-27 12:34:20.872451+00	\N	2026-11-27 12:34:20.891043+00	{"format": "ndjson", "encoding": "utf-8", "encoding_source": "valid", "byte_order_mark": false}	\N	\N	\N	t	f	2026-11-27 12:34:20.872452+00
47ec15a532014db94284e182	\N	5308873e559da5bcbcfff1c3f5986da7049b8e6ee6dc2f329296d89b1cb74db9	load_types	{"on_conflict": "fail", "dry_run": false}	waiting	cpu	a1d64ed97dfc4fd581698d09192b11b4	10	0	\N	t	2026-11-27 12:34:20.918987+00	2026-11-27 12:34:20.921791+00	\N	\N	{"format": "ndjson", "encoding": "utf-8", "encoding_source": "valid", "byte_order_mark": false}	\N	\N	\N	t	f	2026-11-27 12:34:20.921791+00
726fde57df46fdbac1e13f29	\N	d3a3cf7d234954a0585ccfade1ae8945a18dec66051c48f22aa09f0c041c9023	count_words	{}	words	cpu	7adb60600a50471f9221f7022ed5431c	1	0	\N	t	2026-11-27 12:34:20.955121+00	2026-11-27 12:34:20.955432+00	\N	\N	{"format": "ndjson", "encoding": "utf-8", "encoding_source": "valid", "byte_order_mark": false}	\N	\N	\N	t	f	2026-11-27 12:34:20.955432+00
939a1df0bfdcd81632374291	\N	44771c307e149e1647e2573f9ab06377e073399316ca70f086ad9ea382fc8994	process_batch_with_progress	{}	progress	default	a58bb3fde238439083ce133aa31a8717	3	0	\N	t	2026-11-27 12:34:20.985744+00	2026-11-27 12:34:20.985932+00	\N	\N	{}	\N	\N	\N	t	f	2026-11-27 12:34:20.985932+00
c9ec0f51ba69e862ff673b4a	\N	de6b33e4f05239ec5abb9e2454074a0fb2a3c4c9c5e6d42485abe0e4272d464a	normalize_record	{}	ingest	cpu	48561dd7c67f41feae23f438f004ef1e	3	0	\N	t	2026-11-27 12:34:21.008703+00	2026-11-27 12:34:21.008891+00	\N	\N	{}	\N	\N	\N	t	f	2026-11-27 12:34:21.008891+00
\.
COPY importer.chunk (batch_id, first_row, last_row, rows, queue, state, attempts, failures, deaths, expired, due_at, token, worker, delivery, current, total, failed_rows, error_code, error, finished_at, records, output, applies, applier, offered, refusals, created, updated, unchanged, skipped, removed, device_losses, gaps, lines, incarnation) FROM stdin;
ba6175296a76a240875cbc6a	1	5	4	cpu	done	1	0	0	0	2026-11-27 12:34:19.595989+00	t1	worker-cpu@host-3	d-t1	0	0	0	\N	\N	2026-11-27 12:34:19.596415+00	[{"id":1,"payload":" Row 1 "},{"id":2,"payload":" Row 2 "},{"id":3,"payload":" Row 3 "},{"id":4,"payload":" Row 4 "},null]	{"row": 1, "outcome": "ok", "result": {"id": "1", "normalized_payload": "Row 1", "original_length": 7, "trimmed_length": 5}}\n{"row": 2, "outcome": "ok", "result": {"id": "2", "normalized_payload": "Row 2", "original_length": 7, "trimmed_length": 5}}\n{"row": 3, "outcome": "ok", "result": {"id": "3", "normalized_payload": "Row 3", "original_length": 7, "trimmed_length": 5}}\n{"row": 4, "outcome": "ok", "result": {"id": "4", "normalized_payload": "Row 4", "original_length": 7, "trimmed_length": 5}}\n	f	\N	f	0	0	0	0	0	0	0	5		a3
1e18ec3be8e2d405bafc1fcc	1	6	6	cpu	done	1	0	0	0	2026-11-27 12:34:19.688169+00	t2	worker-cpu@host-4	d-t2	0	0	2	\N	\N	2026-11-27 12:34:19.68854+00	[{"id":1,"payload":" Row 1 "},{"id":2,"payload":" Row 2 "},{"id":3,"payload":" Row 3 "},{"id":4,"payload":" Row 4 "},{"id":5,"payload":" Row 5 "},{"id":6,"payload":" Row 6 "}]	{"row": 1, "outcome": "ok", "result": {"id": "1", "normalized_payload": "Row 1", "original_length": 7, "trimmed_length": 5}}\n{"row": 2, "outcome": "failed", "code": "no_text", "detail": "There is no text.", "id": 2, "payload": " Row 2 "}\n{"row": 3, "outcome": "ok", "result": {"id": "3", "normalized_payload": "Row 3", "original_length": 7, "trimmed_length": 5}}\n{"row": 4, "outcome": "failed", "code": "no_text", "detail": "There is no text.", "id": 4, "payload": " Row 4 "}\n{"row": 5, "outcome": "ok", "result": {"id": "5", "normalized_payload": "Row 5", "original_length": 7, "trimmed_length": 5}}\n{"row": 6, "outcome": "ok", "result": {"id": "6", "normalized_payload": "Row 6", "original_length": 7, "trimmed_length": 5}}\n	f	\N	f	0	0	0	0	0	0	0	\N		a4
f118c156bd7a70761921764a	1	3	3	cpu	done	1	0	0	0	2026-11-27 12:34:19.763399+00	t3	worker-cpu@host-4	d-t3	0	0	1	\N	\N	2026-11-27 12:34:19.763741+00	[{"id":1,"payload":" Row 1 "},{"id":2,"payload":" Row 2 "},{"id":3,"payload":" Row 3 "}]	{"row": 1, "outcome": "failed", "code": "no_text", "detail": "There is no text.", "id": 1, "payload": " Row 1 "}\n{"row": 2, "outcome": "ok", "result": {"id": "2", "normalized_payload": "Row 2", "original_length": 7, "trimmed_length": 5}}\n{"row": 3, "outcome": "ok", "result": {"id": "3", "normalized_payload": "Row 3", "original_length": 7, "trimmed_length": 5}}\n	f	\N	f	0	0	0	0	0	0	0	\N		a4
5aff7de843653a448b4023d0	1	1	1	cpu	done	1	0	0	0	2026-11-27 12:34:19.888756+00	t4	worker-cpu@host-3	d-t4	0	0	0	\N	\N	2026-11-27 12:34:19.889151+00	[{"id":1,"payload":" Row 1 "}]	{"row": 1, "outcome": "ok", "result": {"id": "1", "normalized_payload": "Row 1", "original_length": 7, "trimmed_length": 5}}\n	f	\N	f	0	0	0	0	0	0	0	\N		a3
caf1a4b0b945723fa11070f7	1	10	10	cpu	done	1	0	0	0	2026-11-27 12:34:50.112855+00	t-loaded	worker-cpu@host-4	d-t-loaded	0	0	0	\N	\N	2026-11-27 12:34:20.202639+00	[{"id":900,"name":"Группа 900","comment":" старая "},{"id":901,"name":"Группа 901","comment":" старая "},{"id":902,"name":"Группа 902","comment":" старая "},{"id":903,"name":"Группа 903","comment":" старая "},{"id":904,"name":"Группа 904","comment":" старая "},{"id":905,"name":"Группа 905","comment":" старая "},{"id":906,"name":"Группа 906","comment":" старая "},{"id":907,"name":"Группа 907","comment":" старая "},{"id":908,"name":"Группа 908","comment":" старая "},{"id":909,"name":"Группа 909","comment":" старая "}]	{"row":1,"outcome":"ok","result":{"id":900,"change":"created","etag":"\\"265615b6e5181ce9788d25f8\\""}}\n{"row":2,"outcome":"ok","result":{"id":901,"change":"created","etag":"\\"f771ff77d417941fd893585f\\""}}\n{"row":3,"outcome":"ok","result":{"id":902,"change":"created","etag":"\\"9da10b2b9da3b22ef5f3b6ec\\""}}\n{"row":4,"outcome":"ok","result":{"id":903,"change":"created","etag":"\\"6ea800f2d0801274907f9e39\\""}}\n{"row":5,"outcome":"ok","result":{"id":904,"change":"created","etag":"\\"400547d7dd9254bf5ca78a3d\\""}}\n{"row":6,"outcome":"ok","result":{"id":905,"change":"created","etag":"\\"9278b12a257c203010d138e3\\""}}\n{"row":7,"outcome":"ok","result":{"id":906,"change":"created","etag":"\\"997216fa0da61bc81b9cbb2c\\""}}\n{"row":8,"outcome":"ok","result":{"id":907,"change":"created","etag":"\\"7f73f4345449427a0d131ee1\\""}}\n{"row":9,"outcome":"ok","result":{"id":908,"change":"created","etag":"\\"1c08cd97d7c69a14904b7cf6\\""}}\n{"row":10,"outcome":"ok","result":{"id":909,"change":"created","etag":"\\"dde9d032d899088c894af393\\""}}\n	t	\N	t	0	10	0	0	0	0	0	\N		a4
172f7a5d3d7bca12ca35ec1b	1	10	10	cpu	done	0	0	0	0	2026-11-27 12:34:50.320992+00	\N	\N	\N	0	0	0	\N	\N	2026-11-27 12:34:20.350343+00	[{"id":950,"etag":"\\"773c1863294eaabd34c1eea5\\""},{"id":951,"etag":"\\"a4eb9c2881d2da5170fd6db1\\""},{"id":952,"etag":"\\"5fee7c5ef15069f4ab5aac7e\\""},{"id":953,"etag":"\\"2e6d913967e1a40c0ea65a3f\\""},{"id":954,"etag":"\\"73e9908700876ae50eb59081\\""},{"id":955,"etag":"\\"beb48cc535dc2ebeda4738e7\\""},{"id":956,"etag":"\\"5fc5bf13ce907df1f3588192\\""},{"id":957,"etag":"\\"cab83a0415b666594c7daa16\\""},{"id":958,"etag":"\\"101e431ccabb3e61fae08d95\\""},{"id":959,"etag":"\\"9feec65f45c5ecb8c3d4df31\\""}]	{"row":1,"outcome":"ok","result":{"id":950,"change":"removed"}}\n{"row":2,"outcome":"ok","result":{"id":951,"change":"removed"}}\n{"row":3,"outcome":"ok","result":{"id":952,"change":"removed"}}\n{"row":4,"outcome":"ok","result":{"id":953,"change":"removed"}}\n{"row":5,"outcome":"ok","result":{"id":954,"change":"removed"}}\n{"row":6,"outcome":"ok","result":{"id":955,"change":"removed"}}\n{"row":7,"outcome":"ok","result":{"id":956,"change":"removed"}}\n{"row":8,"outcome":"ok","result":{"id":957,"change":"removed"}}\n{"row":9,"outcome":"ok","result":{"id":958,"change":"removed"}}\n{"row":10,"outcome":"ok","result":{"id":959,"change":"removed"}}\n	t	\N	t	0	0	0	0	0	10	0	\N		\N
ebaa765370627df8d95f58d8	1	10	10	cpu	done	1	0	0	0	2026-11-27 12:34:50.424012+00	t-tried	worker-cpu@host-4	d-t-tried	0	0	0	\N	\N	2026-11-27 12:34:20.445004+00	[{"id":970,"name":"Группа 970","comment":" старая "},{"id":971,"name":"Группа 971","comment":" старая "},{"id":972,"name":"Группа 972","comment":" старая "},{"id":973,"name":"Группа 973","comment":" старая "},{"id":974,"name":"Группа 974","comment":" старая "},{"id":975,"name":"Группа 975","comment":" старая "},{"id":976,"name":"Группа 976","comment":" старая "},{"id":977,"name":"Группа 977","comment":" старая "},{"id":978,"name":"Группа 978","comment":" старая "},{"id":979,"name":"Группа 979","comment":" старая "}]	{"row":1,"outcome":"ok","result":{"id":970,"change":"created","etag":"\\"405d8d9dc0335e5fe218875f\\"","dry_run":true}}\n{"row":2,"outcome":"ok","result":{"id":971,"change":"created","etag":"\\"b8c8da94e56a5504d54e07c1\\"","dry_run":true}}\n{"row":3,"outcome":"ok","result":{"id":972,"change":"created","etag":"\\"2e6f9ca82415456f5c093bf2\\"","dry_run":true}}\n{"row":4,"outcome":"ok","result":{"id":973,"change":"created","etag":"\\"939a2939ca9fd821c2458eed\\"","dry_run":true}}\n{"row":5,"outcome":"ok","result":{"id":974,"change":"created","etag":"\\"52caeabda4b8191ef0635058\\"","dry_run":true}}\n{"row":6,"outcome":"ok","result":{"id":975,"change":"created","etag":"\\"a8d59da9b658643ae4ab20f6\\"","dry_run":true}}\n{"row":7,"outcome":"ok","result":{"id":976,"change":"created","etag":"\\"101799cfee58296e0491e83d\\"","dry_run":true}}\n{"row":8,"outcome":"ok","result":{"id":977,"change":"created","etag":"\\"2cb30e080f355956907efece\\"","dry_run":true}}\n{"row":9,"outcome":"ok","result":{"id":978,"change":"created","etag":"\\"e115133e845385f1f63c2707\\"","dry_run":true}}\n{"row":10,"outcome":"ok","result":{"id":979,"change":"created","etag":"\\"bf327bf12687cdd39f6c7c46\\"","dry_run":true}}\n	t	\N	t	0	10	0	0	0	0	0	\N		a4
27b4b98a49fa6d3aed9e08ca	1	10	10	cpu	done	1	0	0	0	2026-11-27 12:34:50.267647+00	t-undone	worker-cpu@host-4	d-t-undone	0	0	0	\N	\N	2026-11-27 12:34:20.289405+00	[{"id":950,"name":"Группа 950","comment":" старая "},{"id":951,"name":"Группа 951","comment":" старая "},{"id":952,"name":"Группа 952","comment":" старая "},{"id":953,"name":"Группа 953","comment":" старая "},{"id":954,"name":"Группа 954","comment":" старая "},{"id":955,"name":"Группа 955","comment":" старая "},{"id":956,"name":"Группа 956","comment":" старая "},{"id":957,"name":"Группа 957","comment":" старая "},{"id":958,"name":"Группа 958","comment":" старая "},{"id":959,"name":"Группа 959","comment":" старая "}]	{"row":1,"outcome":"ok","result":{"id":950,"change":"created","etag":"\\"773c1863294eaabd34c1eea5\\""}}\n{"row":2,"outcome":"ok","result":{"id":951,"change":"created","etag":"\\"a4eb9c2881d2da5170fd6db1\\""}}\n{"row":3,"outcome":"ok","result":{"id":952,"change":"created","etag":"\\"5fee7c5ef15069f4ab5aac7e\\""}}\n{"row":4,"outcome":"ok","result":{"id":953,"change":"created","etag":"\\"2e6d913967e1a40c0ea65a3f\\""}}\n{"row":5,"outcome":"ok","result":{"id":954,"change":"created","etag":"\\"73e9908700876ae50eb59081\\""}}\n{"row":6,"outcome":"ok","result":{"id":955,"change":"created","etag":"\\"beb48cc535dc2ebeda4738e7\\""}}\n{"row":7,"outcome":"ok","result":{"id":956,"change":"created","etag":"\\"5fc5bf13ce907df1f3588192\\""}}\n{"row":8,"outcome":"ok","result":{"id":957,"change":"created","etag":"\\"cab83a0415b666594c7daa16\\""}}\n{"row":9,"outcome":"ok","result":{"id":958,"change":"created","etag":"\\"101e431ccabb3e61fae08d95\\""}}\n{"row":10,"outcome":"ok","result":{"id":959,"change":"created","etag":"\\"9feec65f45c5ecb8c3d4df31\\""}}\n	t	\N	t	0	10	0	0	0	0	0	\N		a4
ad337ed6d0714604f2924813	1	10	10	cpu	done	1	0	0	0	2026-11-27 12:34:50.791195+00	t8	worker-cpu@host-4	d-t8	0	0	0	\N	\N	2026-11-27 12:34:20.834305+00	[{"id":100,"name":"Группа 100","comment":" старая "},{"id":101,"name":"Группа 101","comment":" старая "},{"id":102,"name":"Группа 102","comment":" старая "},{"id":103,"name":"Группа 103","comment":" старая "},{"id":104,"name":"Группа 104","comment":" старая "},{"id":105,"name":"Группа 105","comment":" старая "},{"id":106,"name":"Группа 106","comment":" старая "},{"id":107,"name":"Группа 107","comment":" старая "},{"id":108,"name":"Группа 108","comment":" старая "},{"id":109,"name":"Группа 109","comment":" старая "}]	{"row":1,"outcome":"ok","result":{"id":100,"change":"created","etag":"\\"98eafb9e7971fe39d07b4a4f\\""}}\n{"row":2,"outcome":"ok","result":{"id":101,"change":"created","etag":"\\"a0980ee50d01543efa4a1742\\""}}\n{"row":3,"outcome":"ok","result":{"id":102,"change":"created","etag":"\\"a01601db0592b0b40a507352\\""}}\n{"row":4,"outcome":"ok","result":{"id":103,"change":"created","etag":"\\"31be2c4ef8a0eec191ac52eb\\""}}\n{"row":5,"outcome":"ok","result":{"id":104,"change":"created","etag":"\\"4e0e0b8dd6d02cb4bb5b6990\\""}}\n{"row":6,"outcome":"ok","result":{"id":105,"change":"created","etag":"\\"c96655f2e499a6631b6e5dae\\""}}\n{"row":7,"outcome":"ok","result":{"id":106,"change":"created","etag":"\\"94328a38525184df6229c62b\\""}}\n{"row":8,"outcome":"ok","result":{"id":107,"change":"created","etag":"\\"5970ff7201e603b6740744a7\\""}}\n{"row":9,"outcome":"ok","result":{"id":108,"change":"created","etag":"\\"46ab940f0eab569367a23abd\\""}}\n{"row":10,"outcome":"ok","result":{"id":109,"change":"created","etag":"\\"c834b5a3a371c4af029650ae\\""}}\n	t	\N	t	0	10	0	0	0	0	0	\N		a4
d8ec6ad4228aca1037ad788a	41	50	10	cpu	ready	0	0	0	0	2026-11-27 12:34:20.481639+00	\N	\N	\N	0	0	0	\N	\N	\N	[{"id":41,"payload":" Row 41 "},{"id":42,"payload":" Row 42 "},{"id":43,"payload":" Row 43 "},{"id":44,"payload":" Row 44 "},{"id":45,"payload":" Row 45 "},{"id":46,"payload":" Row 46 "},{"id":47,"payload":" Row 47 "},{"id":48,"payload":" Row 48 "},{"id":49,"payload":" Row 49 "},{"id":50,"payload":" Row 50 "}]	\N	f	\N	f	0	0	0	0	0	0	0	\N		\N
d8ec6ad4228aca1037ad788a	1	10	9	cpu	done	1	0	0	0	2026-11-27 12:34:20.546583+00	t6	worker-cpu@host-4	d-t6	0	0	0	\N	\N	2026-11-27 12:34:20.547024+00	[{"id":1,"payload":" Row 1 "},{"id":2,"payload":" Row 2 "},{"id":3,"payload":" Row 3 "},{"id":4,"payload":" Row 4 "},null,{"id":6,"payload":" Row 6 "},{"id":7,"payload":" Row 7 "},{"id":8,"payload":" Row 8 "},{"id":9,"payload":" Row 9 "},{"id":10,"payload":" Row 10 "}]	{"row": 1, "outcome": "ok", "result": {"id": "1", "normalized_payload": "Row 1", "original_length": 7, "trimmed_length": 5}}\n{"row": 2, "outcome": "ok", "result": {"id": "2", "normalized_payload": "Row 2", "original_length": 7, "trimmed_length": 5}}\n{"row": 3, "outcome": "ok", "result": {"id": "3", "normalized_payload": "Row 3", "original_length": 7, "trimmed_length": 5}}\n{"row": 4, "outcome": "ok", "result": {"id": "4", "normalized_payload": "Row 4", "original_length": 7, "trimmed_length": 5}}\n{"row": 6, "outcome": "ok", "result": {"id": "6", "normalized_payload": "Row 6", "original_length": 7, "trimmed_length": 5}}\n{"row": 7, "outcome": "ok", "result": {"id": "7", "normalized_payload": "Row 7", "original_length": 7, "trimmed_length": 5}}\n{"row": 8, "outcome": "ok", "result": {"id": "8", "normalized_payload": "Row 8", "original_length": 7, "trimmed_length": 5}}\n{"row": 9, "outcome": "ok", "result": {"id": "9", "normalized_payload": "Row 9", "original_length": 7, "trimmed_length": 5}}\n{"row": 10, "outcome": "ok", "result": {"id": "10", "normalized_payload": "Row 10", "original_length": 8, "trimmed_length": 6}}\n	f	\N	f	0	0	0	0	0	0	0	5		a4
d8ec6ad4228aca1037ad788a	11	20	9	cpu	leased	1	0	0	0	2026-11-27 12:34:50.566021+00	held-by-3	worker-cpu@host-3	d-held-by-3	0	0	0	\N	\N	\N	[{"id":11,"payload":" Row 11 "},null,{"id":13,"payload":" Row 13 "},{"id":14,"payload":" Row 14 "},{"id":15,"payload":" Row 15 "},{"id":16,"payload":" Row 16 "},{"id":17,"payload":" Row 17 "},{"id":18,"payload":" Row 18 "},{"id":19,"payload":" Row 19 "},{"id":20,"payload":" Row 20 "}]	\N	f	\N	f	0	0	0	0	0	0	0	12		a3
d8ec6ad4228aca1037ad788a	21	30	8	cpu	leased	1	0	0	0	2026-11-27 12:34:50.589963+00	held-by-4	worker-cpu@host-4	d-held-by-4	0	0	0	\N	\N	\N	[{"id":21,"payload":" Row 21 "},{"id":22,"payload":" Row 22 "},null,null,{"id":25,"payload":" Row 25 "},{"id":26,"payload":" Row 26 "},{"id":27,"payload":" Row 27 "},{"id":28,"payload":" Row 28 "},{"id":29,"payload":" Row 29 "},{"id":30,"payload":" Row 30 "}]	\N	f	\N	f	0	0	0	0	0	0	0	23-24		a4
d8ec6ad4228aca1037ad788a	31	40	10	cpu	ready	1	1	0	0	2026-11-27 12:34:25.277845+00	\N	\N	\N	0	0	0	operation_failed	boom	\N	[{"id":31,"payload":" Row 31 "},{"id":32,"payload":" Row 32 "},{"id":33,"payload":" Row 33 "},{"id":34,"payload":" Row 34 "},{"id":35,"payload":" Row 35 "},{"id":36,"payload":" Row 36 "},{"id":37,"payload":" Row 37 "},{"id":38,"payload":" Row 38 "},{"id":39,"payload":" Row 39 "},{"id":40,"payload":" Row 40 "}]	\N	f	\N	f	0	0	0	0	0	0	0	\N		a3
f2e6bba6ea72cb361ba08c7c	1	4	4	cpu	cancelled	0	0	0	0	2026-11-27 12:34:20.87226+00	\N	\N	\N	0	0	0	\N	\N	2026-11-27 12:34:20.89399+00	[{"id":1,"payload":" Row 1 "},{"id":2,"payload":" Row 2 "},{"id":3,"payload":" Row 3 "},{"id":4,"payload":" Row 4 "}]	\N	f	\N	f	0	0	0	0	0	0	0	\N		\N
726fde57df46fdbac1e13f29	1	1	1	cpu	ready	0	0	0	0	2026-11-27 12:34:20.955121+00	\N	\N	\N	0	0	0	\N	\N	\N	[{"id":1,"text":"one two"}]	\N	f	\N	f	0	0	0	0	0	0	0	\N		\N
ad337ed6d0714604f2924813	31	40	10	cpu	ready	0	0	0	0	2026-11-27 12:34:20.661002+00	\N	\N	\N	0	0	0	\N	\N	\N	[{"id":130,"name":"Группа 130","comment":" старая "},{"id":131,"name":"Группа 131","comment":" старая "},{"id":132,"name":"Группа 132","comment":" старая "},{"id":133,"name":"Группа 133","comment":" старая "},{"id":134,"name":"Группа 134","comment":" старая "},{"id":135,"name":"Группа 135","comment":" старая "},{"id":136,"name":"Группа 136","comment":" старая "},{"id":137,"name":"Группа 137","comment":" старая "},{"id":138,"name":"Группа 138","comment":" старая "},{"id":139,"name":"Группа 139","comment":" старая "}]	\N	t	\N	f	0	0	0	0	0	0	0	\N		\N
ad337ed6d0714604f2924813	21	30	10	cpu	applying	1	0	0	0	2026-11-27 12:34:20.789137+00	t10	worker-cpu@host-4	d-t10	0	0	0	\N	\N	2026-11-27 12:34:20.789508+00	[{"id":120,"name":"Группа 120","comment":" старая "},{"id":121,"name":"Группа 121","comment":" старая "},{"id":122,"name":"Группа 122","comment":" старая "},{"id":123,"name":"Группа 123","comment":" старая "},{"id":124,"name":"Группа 124","comment":" старая "},{"id":125,"name":"Группа 125","comment":" старая "},{"id":126,"name":"Группа 126","comment":" старая "},{"id":127,"name":"Группа 127","comment":" старая "},{"id":128,"name":"Группа 128","comment":" старая "},{"id":129,"name":"Группа 129","comment":" старая "}]	{"row": 21, "outcome": "ok", "result": {"id": 120, "name": "\\u0413\\u0440\\u0443\\u043f\\u043f\\u0430 120", "comment": " \\u0441\\u0442\\u0430\\u0440\\u0430\\u044f "}}\n{"row": 22, "outcome": "ok", "result": {"id": 121, "name": "\\u0413\\u0440\\u0443\\u043f\\u043f\\u0430 121", "comment": " \\u0441\\u0442\\u0430\\u0440\\u0430\\u044f "}}\n{"row": 23, "outcome": "ok", "result": {"id": 122, "name": "\\u0413\\u0440\\u0443\\u043f\\u043f\\u0430 122", "comment": " \\u0441\\u0442\\u0430\\u0440\\u0430\\u044f "}}\n{"row": 24, "outcome": "ok", "result": {"id": 123, "name": "\\u0413\\u0440\\u0443\\u043f\\u043f\\u0430 123", "comment": " \\u0441\\u0442\\u0430\\u0440\\u0430\\u044f "}}\n{"row": 25, "outcome": "ok", "result": {"id": 124, "name": "\\u0413\\u0440\\u0443\\u043f\\u043f\\u0430 124", "comment": " \\u0441\\u0442\\u0430\\u0440\\u0430\\u044f "}}\n{"row": 26, "outcome": "ok", "result": {"id": 125, "name": "\\u0413\\u0440\\u0443\\u043f\\u043f\\u0430 125", "comment": " \\u0441\\u0442\\u0430\\u0440\\u0430\\u044f "}}\n{"row": 27, "outcome": "ok", "result": {"id": 126, "name": "\\u0413\\u0440\\u0443\\u043f\\u043f\\u0430 126", "comment": " \\u0441\\u0442\\u0430\\u0440\\u0430\\u044f "}}\n{"row": 28, "outcome": "ok", "result": {"id": 127, "name": "\\u0413\\u0440\\u0443\\u043f\\u043f\\u0430 127", "comment": " \\u0441\\u0442\\u0430\\u0440\\u0430\\u044f "}}\n{"row": 29, "outcome": "ok", "result": {"id": 128, "name": "\\u0413\\u0440\\u0443\\u043f\\u043f\\u0430 128", "comment": " \\u0441\\u0442\\u0430\\u0440\\u0430\\u044f "}}\n{"row": 30, "outcome": "ok", "result": {"id": 129, "name": "\\u0413\\u0440\\u0443\\u043f\\u043f\\u0430 129", "comment": " \\u0441\\u0442\\u0430\\u0440\\u0430\\u044f "}}\n	t	\N	f	0	0	0	0	0	0	0	\N		a4
ad337ed6d0714604f2924813	11	20	10	cpu	applying	1	0	0	0	2026-11-27 12:34:50.835013+00	t9	worker-cpu@host-4	d-t9	0	0	0	\N	\N	2026-11-27 12:34:20.754799+00	[{"id":110,"name":"Группа 110","comment":" старая "},{"id":111,"name":"Группа 111","comment":" старая "},{"id":112,"name":"Группа 112","comment":" старая "},{"id":113,"name":"Группа 113","comment":" старая "},{"id":114,"name":"Группа 114","comment":" старая "},{"id":115,"name":"Группа 115","comment":" старая "},{"id":116,"name":"Группа 116","comment":" старая "},{"id":117,"name":"Группа 117","comment":" старая "},{"id":118,"name":"Группа 118","comment":" старая "},{"id":119,"name":"Группа 119","comment":" старая "}]	{"row": 11, "outcome": "ok", "result": {"id": 110, "name": "\\u0413\\u0440\\u0443\\u043f\\u043f\\u0430 110", "comment": " \\u0441\\u0442\\u0430\\u0440\\u0430\\u044f "}}\n{"row": 12, "outcome": "ok", "result": {"id": 111, "name": "\\u0413\\u0440\\u0443\\u043f\\u043f\\u0430 111", "comment": " \\u0441\\u0442\\u0430\\u0440\\u0430\\u044f "}}\n{"row": 13, "outcome": "ok", "result": {"id": 112, "name": "\\u0413\\u0440\\u0443\\u043f\\u043f\\u0430 112", "comment": " \\u0441\\u0442\\u0430\\u0440\\u0430\\u044f "}}\n{"row": 14, "outcome": "ok", "result": {"id": 113, "name": "\\u0413\\u0440\\u0443\\u043f\\u043f\\u0430 113", "comment": " \\u0441\\u0442\\u0430\\u0440\\u0430\\u044f "}}\n{"row": 15, "outcome": "ok", "result": {"id": 114, "name": "\\u0413\\u0440\\u0443\\u043f\\u043f\\u0430 114", "comment": " \\u0441\\u0442\\u0430\\u0440\\u0430\\u044f "}}\n{"row": 16, "outcome": "ok", "result": {"id": 115, "name": "\\u0413\\u0440\\u0443\\u043f\\u043f\\u0430 115", "comment": " \\u0441\\u0442\\u0430\\u0440\\u0430\\u044f "}}\n{"row": 17, "outcome": "ok", "result": {"id": 116, "name": "\\u0413\\u0440\\u0443\\u043f\\u043f\\u0430 116", "comment": " \\u0441\\u0442\\u0430\\u0440\\u0430\\u044f "}}\n{"row": 18, "outcome": "ok", "result": {"id": 117, "name": "\\u0413\\u0440\\u0443\\u043f\\u043f\\u0430 117", "comment": " \\u0441\\u0442\\u0430\\u0440\\u0430\\u044f "}}\n{"row": 19, "outcome": "ok", "result": {"id": 118, "name": "\\u0413\\u0440\\u0443\\u043f\\u043f\\u0430 118", "comment": " \\u0441\\u0442\\u0430\\u0440\\u0430\\u044f "}}\n{"row": 20, "outcome": "ok", "result": {"id": 119, "name": "\\u0413\\u0440\\u0443\\u043f\\u043f\\u0430 119", "comment": " \\u0441\\u0442\\u0430\\u0440\\u0430\\u044f "}}\n	t	old-dispatcher	t	0	0	0	0	0	0	0	\N		a4
47ec15a532014db94284e182	1	10	10	cpu	ready	0	0	0	0	2026-11-27 12:34:20.918987+00	\N	\N	\N	0	0	0	\N	\N	\N	[{"id":1,"file_name":"t1","group_id":900},{"id":2,"file_name":"t2","group_id":900},{"id":3,"file_name":"t3","group_id":900},{"id":4,"file_name":"t4","group_id":900},{"id":5,"file_name":"t5","group_id":900},{"id":6,"file_name":"t6","group_id":900},{"id":7,"file_name":"t7","group_id":900},{"id":8,"file_name":"t8","group_id":900},{"id":9,"file_name":"t9","group_id":900},{"id":10,"file_name":"t10","group_id":900}]	\N	t	\N	f	0	0	0	0	0	0	0	\N		\N
939a1df0bfdcd81632374291	1	3	3	default	ready	0	0	0	0	2026-11-27 12:34:20.985744+00	\N	\N	\N	0	0	0	\N	\N	\N	[{"id":1,"payload":" Row 1 "},{"id":2,"payload":" Row 2 "},{"id":3,"payload":" Row 3 "}]	\N	f	\N	f	0	0	0	0	0	0	0	\N		\N
c9ec0f51ba69e862ff673b4a	1	3	3	cpu	ready	0	0	0	0	2026-11-27 12:34:21.008703+00	\N	\N	\N	0	0	0	\N	\N	\N	[{"id":1,"payload":" Row 1 "},{"id":2,"payload":" Row 2 "},{"id":3,"payload":" Row 3 "}]	\N	f	\N	f	0	0	0	0	0	0	0	\N		\N
\.
COPY importer.operation (name, revision, version, description, registered_by, registered_at) FROM stdin;
count_words	0459e664f784264f	1	{"name":"count_words","task_name":"stackroom.count_words","version":1,"queues":["cpu"],"record":{"title":"Text","type":"object","properties":{"id":{"type":"integer"},"text":{"type":"string"}},"required":["id","text"]},"result":{"title":"Words","type":"object","properties":{"words":{"type":"integer"}},"required":["words"]},"title":"Count words","min_rows":1000,"max_rows":2500,"time_limit":null,"hang_seconds":null,"right":"operator","loads":null,"reads_media":false}	worker-cpu@host-4	2026-11-27 12:34:19.393618+00
\.
COPY importer.plain_task (id, name, queue, sent_at) FROM stdin;
\.
COPY importer.refused_row (batch_id, "row", line) FROM stdin;
ba6175296a76a240875cbc6a	5	{"row":5,"outcome":"refused","code":"missing_field","field":"payload","detail":"Object missing required field `payload`.","id":5}
d8ec6ad4228aca1037ad788a	5	{"row":5,"outcome":"refused","code":"missing_field","field":"payload","detail":"Object missing required field `payload`.","id":5}
d8ec6ad4228aca1037ad788a	12	{"row":12,"outcome":"refused","code":"missing_field","field":"payload","detail":"Object missing required field `payload`.","id":12}
d8ec6ad4228aca1037ad788a	23	{"row":23,"outcome":"refused","code":"missing_field","field":"payload","detail":"Object missing required field `payload`.","id":23}
d8ec6ad4228aca1037ad788a	24	{"row":24,"outcome":"refused","code":"missing_field","field":"payload","detail":"Object missing required field `payload`.","id":24}
\.
COPY importer.resource (name, revision, "position", description, missing_since) FROM stdin;
groups	e9b2b4cb62a6e6da	0	{"name":"groups","titles":{"one":"Group","many":"Groups"},"schema":{"title":"groups","type":"object","properties":{"id":{"type":"integer","minimum":-2147483648,"maximum":2147483647,"title":"ID"},"name":{"type":["string","null"],"maxLength":50,"title":"Name"},"comment":{"type":["string","null"],"maxLength":200,"title":"Comment"}},"required":["id"],"additionalProperties":false},"id":"given","shown":"name"}	\N
types	fca7ddff42d1fb53	1	{"name":"types","titles":{"one":"Type","many":"Types"},"schema":{"title":"types","type":"object","properties":{"id":{"type":"integer","minimum":-2147483648,"maximum":2147483647,"title":"ID"},"file_name":{"type":["string","null"],"maxLength":30,"title":"File name"},"comments":{"type":["string","null"],"maxLength":500,"title":"Comments"},"group_id":{"type":"integer","minimum":-2147483648,"maximum":2147483647,"title":"Group","x-reference":{"resource":"groups","by":"name"}},"group_name":{"type":["string","null"],"readOnly":true,"title":"Group name"}},"required":["id","group_id"],"additionalProperties":false},"id":"given","shown":"file_name"}	\N
\.
COPY importer.worker (name, host, contract, queues, operations, slots, versions, started_at, last_seen, state, reason, device, token_id, incarnation, described, refused) FROM stdin;
worker-cpu@host-3	host-3	3	{cpu}	{normalize_record,load,load_groups,load_types}	2	{"celery":"5"}	2026-11-27 12:34:19.365198+00	2026-11-27 12:34:19.365198+00	healthy	\N	\N	c8281260a58a6eab68eb7cb3d52af8773e635f26072091206a674340abb5ac1a	a3	{}	{}
worker-cpu@host-4	host-4	4	{cpu}	{normalize_record,load,load_groups,load_types,count_words}	2	{"celery":"5"}	2026-11-27 12:34:19.373626+00	2026-11-27 12:34:19.393618+00	healthy	\N	\N	c8281260a58a6eab68eb7cb3d52af8773e635f26072091206a674340abb5ac1a	a4	{"count_words": "0459e664f784264f"}	{}
\.
COPY tbc.books_files_groups (id, name, comment) FROM stdin;
900	Группа 900	старая
901	Группа 901	старая
902	Группа 902	старая
903	Группа 903	старая
904	Группа 904	старая
905	Группа 905	старая
906	Группа 906	старая
907	Группа 907	старая
908	Группа 908	старая
909	Группа 909	старая
100	Группа 100	старая
101	Группа 101	старая
102	Группа 102	старая
103	Группа 103	старая
104	Группа 104	старая
105	Группа 105	старая
106	Группа 106	старая
107	Группа 107	старая
108	Группа 108	старая
109	Группа 109	старая
110	Группа 110	старая
111	Группа 111	старая
112	Группа 112	старая
113	Группа 113	старая
114	Группа 114	старая
115	Группа 115	старая
116	Группа 116	старая
117	Группа 117	старая
118	Группа 118	старая
119	Группа 119	старая
\.
COPY tbc.books_files_types (id, file_name, comments, group_id) FROM stdin;
\.
ALTER TABLE ONLY catalog.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY catalog.applied_request
    ADD CONSTRAINT applied_request_pkey PRIMARY KEY (scope, key);
ALTER TABLE ONLY importer.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY importer.batch
    ADD CONSTRAINT batch_idempotency_key_key UNIQUE (idempotency_key);
ALTER TABLE ONLY importer.batch
    ADD CONSTRAINT batch_pkey PRIMARY KEY (id);
ALTER TABLE ONLY importer.chunk
    ADD CONSTRAINT chunk_pkey PRIMARY KEY (batch_id, first_row);
ALTER TABLE ONLY importer.operation
    ADD CONSTRAINT operation_pkey PRIMARY KEY (name);
ALTER TABLE ONLY importer.plain_task
    ADD CONSTRAINT plain_task_pkey PRIMARY KEY (id);
ALTER TABLE ONLY importer.refused_row
    ADD CONSTRAINT refused_row_pkey PRIMARY KEY (batch_id, "row");
ALTER TABLE ONLY importer.resource
    ADD CONSTRAINT resource_pkey PRIMARY KEY (name);
ALTER TABLE ONLY importer.worker
    ADD CONSTRAINT worker_pkey PRIMARY KEY (name);
ALTER TABLE ONLY tbc.books_files_groups
    ADD CONSTRAINT books_files_groups_pkey PRIMARY KEY (id);
ALTER TABLE ONLY tbc.books_files_types
    ADD CONSTRAINT books_files_types_pkey PRIMARY KEY (id);
CREATE INDEX batch_drops_payloads ON importer.batch USING btree (id) WHERE (drops_payloads AND has_payloads);
CREATE INDEX batch_ended ON importer.batch USING btree (ended_at) WHERE ((expired_at IS NULL) AND (NOT open));
CREATE INDEX batch_expired ON importer.batch USING btree (expired_at) WHERE (expired_at IS NOT NULL);
CREATE INDEX batch_newest ON importer.batch USING btree (created_at DESC, id DESC);
CREATE INDEX batch_open ON importer.batch USING btree (queue, served_at, id) WHERE open;
CREATE INDEX batch_open_of_operation ON importer.batch USING btree (operation, queue, applied_at) WHERE open;
CREATE INDEX chunk_applying ON importer.chunk USING btree (batch_id, first_row) WHERE (state = 'applying'::text);
CREATE INDEX chunk_delivery ON importer.chunk USING btree (delivery) WHERE (state = 'leased'::text);
CREATE INDEX chunk_due_of_batch ON importer.chunk USING btree (queue, batch_id, due_at, first_row) WHERE (state = ANY (ARRAY['ready'::text, 'leased'::text]));
CREATE INDEX chunk_expired ON importer.chunk USING btree (due_at) WHERE (state = 'leased'::text);
CREATE UNIQUE INDEX chunk_token ON importer.chunk USING btree (token) WHERE (token IS NOT NULL);
CREATE INDEX plain_task_sent_at ON importer.plain_task USING btree (sent_at);
ALTER TABLE ONLY importer.chunk
    ADD CONSTRAINT chunk_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES importer.batch(id) ON DELETE CASCADE;
ALTER TABLE ONLY importer.refused_row
    ADD CONSTRAINT refused_row_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES importer.batch(id) ON DELETE CASCADE;
ALTER TABLE ONLY tbc.books_files_types
    ADD CONSTRAINT books_files_types_group_id_fkey FOREIGN KEY (group_id) REFERENCES tbc.books_files_groups(id);
