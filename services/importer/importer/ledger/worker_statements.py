"""What is written of workers. A name belongs to the token that registered it, and to one incarnation at a time."""

from sqlalchemy import text

# A name is free once nobody was heard under it for a while: a short one for the same token, whose worker was started
# again. What sends no incarnation beats more seldom. Who fell ill or was refused does no work under its name.
_SILENT = "worker.last_seen < now() - make_interval(secs => {seconds})"
_SAME_OWNER = "(worker.token_id IS NULL OR worker.token_id = excluded.token_id)"
_SAME_SELF = "worker.incarnation IS NOT DISTINCT FROM excluded.incarnation"
_FREE_FOR_SAME_OWNER = _SILENT.format(
    seconds="CASE WHEN worker.incarnation IS NULL THEN :silent_without_incarnation ELSE :silent END"
)
_MAY_HAVE_NAME = f"""
({_SAME_OWNER} AND ({_SAME_SELF} OR worker.state <> 'healthy' OR {_FREE_FOR_SAME_OWNER})
 OR {_SILENT.format(seconds=":silent_for_others")})"""

# register: no row comes back where another has the name. What a worker was before is answered, so that a change is
# logged once, and a new incarnation can free what its former self held.
_BEFORE = """
RETURNING (SELECT state FROM importer.worker WHERE name = :name) AS state_before,
  (SELECT incarnation FROM importer.worker WHERE name = :name) AS incarnation_before"""
HEARTBEAT = text(f"""
INSERT INTO importer.worker
  (name, host, contract, queues, operations, slots, versions, device, state, reason, token_id, incarnation)
VALUES (:name, :host, :contract, :queues, :operations, :slots, :versions, :device, :state, :reason, :token_id,
  :incarnation)
ON CONFLICT (name) DO UPDATE SET host = excluded.host, contract = excluded.contract, queues = excluded.queues,
  operations = excluded.operations, slots = excluded.slots, versions = excluded.versions,
  device = COALESCE(excluded.device, CASE WHEN excluded.state = 'unhealthy' THEN worker.device END),
  state = excluded.state, reason = excluded.reason, last_seen = now(),
  token_id = excluded.token_id, incarnation = excluded.incarnation
WHERE {_MAY_HAVE_NAME}
{_BEFORE}""")
REFUSE_WORKER = text(f"""
INSERT INTO importer.worker (name, host, contract, queues, operations, slots, versions, state, reason, token_id)
VALUES (:name, :host, :contract, '{{}}', '{{}}', 0, '{{}}', 'refused', :reason, :token_id)
ON CONFLICT (name) DO UPDATE SET host = excluded.host, contract = excluded.contract, slots = 0,
  state = excluded.state, reason = excluded.reason, last_seen = now(), token_id = excluded.token_id, incarnation = NULL
WHERE {_MAY_HAVE_NAME}
{_BEFORE}""")
HOST_OF_NAME = text("SELECT host FROM importer.worker WHERE name = :name")

# A worker that comes back frees what its former self held: due at once, and the next claim counts an expiry.
FREE_FORMER = text("""
UPDATE importer.chunk SET due_at = now()
WHERE worker = :name AND state = 'leased' AND incarnation <> :incarnation AND due_at > now()""")
GOODBYE = text("""
DELETE FROM importer.worker WHERE name = :name AND state = 'healthy' AND token_id = :token_id
  AND incarnation IS NOT DISTINCT FROM :incarnation""")
FORGET_WORKERS = text("DELETE FROM importer.worker WHERE last_seen < now() - interval '1 day'")
