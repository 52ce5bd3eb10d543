CREATE INDEX IF NOT EXISTS jobs_newest ON jobs (created_at DESC, id DESC);
CREATE INDEX IF NOT EXISTS jobs_queued ON jobs (created_at) WHERE status = 'queued';
CREATE INDEX IF NOT EXISTS jobs_running ON jobs (started_at) WHERE status = 'running';
